// JavaMail plays a file of wishes: one JSON object a line, of which it reads what it needs.
import java.nio.file.*;
import java.util.*;
import java.util.regex.*;
import javax.mail.*;
import javax.mail.internet.*;

public class Many {
    static String text(String line, String key) {
        Matcher found = Pattern.compile("\"" + key + "\": (null|true|false|[0-9]+|\"([^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+)\")").matcher(line);
        if (!found.find() || found.group(1).equals("null")) return null;
        if (found.group(2) == null) return found.group(1);
        return found.group(2).replace("\\n", "\n").replace("\\\"", "\"").replace("\\\\", "\\");
    }

    static List<String> list(String line, String key) {
        Matcher found = Pattern.compile("\"" + key + "\": \\[(.*?)\\]").matcher(line);
        List<String> made = new ArrayList<>();
        if (found.find()) for (String each : found.group(1).split(", ")) made.add(each.replace("\"", ""));
        return made;
    }

    static void play(String line) throws Exception {
        String mechanism = text(line, "mechanism"), tls = text(line, "tls"), body = text(line, "body");
        String protocol = tls.equals("implicit") ? "smtps" : "smtp", at = "mail." + protocol + ".";
        Properties set = new Properties();
        set.put(at + "host", text(line, "host"));
        set.put(at + "port", text(line, "port"));
        set.put(at + "localhost", text(line, "helo"));
        set.put(at + "starttls.enable", "true");
        set.put(at + "starttls.required", String.valueOf(tls.equals("starttls")));
        set.put(at + "ssl.trust", "*");
        set.put(at + "ssl.checkserveridentity", "false");
        set.put(at + "ssl.protocols", "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3");
        set.put(at + "timeout", "12000");
        set.put(at + "connectiontimeout", "8000");
        set.put(at + "auth", String.valueOf(mechanism != null));
        if (mechanism != null && !mechanism.equals("ANY")) {
            set.put(at + "auth.mechanisms", mechanism);
            if (mechanism.equals("XOAUTH2")) set.put(at + "auth.xoauth2.two.line.authentication.format",
                                                     String.valueOf("false".equals(text(line, "initial"))));
        }
        Session session = Session.getInstance(set);
        Transport transport = session.getTransport(protocol);
        try {
            if (mechanism == null) transport.connect();
            else transport.connect(text(line, "host"), text(line, "user"), text(line, "secret"));
            if (body != null) {
                MimeMessage mail = new MimeMessage(session);
                mail.setFrom(new InternetAddress(text(line, "sender")));
                for (String to : list(line, "to")) mail.addRecipient(Message.RecipientType.TO, new InternetAddress(to));
                mail.setSubject(text(line, "subject"));
                mail.setText(body);
                transport.sendMessage(mail, mail.getAllRecipients());
            }
        } finally {
            transport.close();
        }
    }

    public static void main(String[] arguments) throws Exception {
        for (String line : Files.readAllLines(Paths.get(arguments[0]))) {
            try { play(line); } catch (Exception error) { System.out.println(error.getMessage()); }
        }
    }
}
