// JavaMail sends one mail behind STARTTLS and AUTH LOGIN: host, port, helo, sender, recipient, user, password; an eighth word forgoes TLS.
import java.util.Properties;
import javax.mail.Message;
import javax.mail.Session;
import javax.mail.Transport;
import javax.mail.internet.InternetAddress;
import javax.mail.internet.MimeMessage;

public class JavaMailSend {
    public static void main(String[] word) throws Exception {
        Properties settings = new Properties();
        settings.put("mail.smtp.port", word[1]);
        settings.put("mail.smtp.localhost", word[2]);
        settings.put("mail.smtp.starttls.required", word.length > 7 ? "false" : "true");
        settings.put("mail.smtp.ssl.trust", "*");
        settings.put("mail.smtp.ssl.checkserveridentity", "false");
        settings.put("mail.smtp.auth", "true");
        settings.put("mail.smtp.auth.mechanisms", "LOGIN");
        Session session = Session.getInstance(settings);
        MimeMessage mail = new MimeMessage(session);
        mail.setFrom(new InternetAddress(word[3]));
        mail.setRecipient(Message.RecipientType.TO, new InternetAddress(word[4]));
        mail.setSubject("scan");
        mail.setText("One page.");
        try (Transport transport = session.getTransport("smtp")) {
            transport.connect(word[0], word[5], word[6]);
            transport.sendMessage(mail, mail.getAllRecipients());
        }
    }
}
