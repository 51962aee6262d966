// commons-net's AuthenticatingSMTPClient plays a file of wishes.
import java.io.Writer;
import java.nio.file.*;
import java.util.*;
import org.apache.commons.net.smtp.*;
import org.apache.commons.net.util.TrustManagerUtils;

public class ManyNet {
    static void play(String line) throws Exception {
        String mechanism = Many.text(line, "mechanism"), body = Many.text(line, "body"), helo = Many.text(line, "helo");
        AuthenticatingSMTPClient smtp = new AuthenticatingSMTPClient("TLS", Many.text(line, "tls").equals("implicit"));
        smtp.setTrustManager(TrustManagerUtils.getAcceptAllTrustManager());
        smtp.setEnabledProtocols(new String[] {"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"});
        smtp.setEndpointCheckingEnabled(false);
        smtp.setConnectTimeout(8000);
        smtp.setDefaultTimeout(12000);
        smtp.connect(Many.text(line, "host"), Integer.parseInt(Many.text(line, "port")));
        try {
            smtp.ehlo(helo);
            if (Many.text(line, "tls").equals("starttls") && smtp.execTLS()) smtp.ehlo(helo);
            boolean good = mechanism == null || smtp.auth(
                AuthenticatingSMTPClient.AUTH_METHOD.valueOf(mechanism.replace("-", "_").replace("XOAUTH2", "XOAUTH")),
                Many.text(line, "user"), Many.text(line, "secret"));
            if (good && body != null && smtp.setSender(Many.text(line, "sender"))) {
                for (String to : Many.list(line, "to")) smtp.addRecipient(to);
                Writer writer = smtp.sendMessageData();
                if (writer != null) {
                    writer.write("Subject: " + Many.text(line, "subject") + "\r\n\r\n" + body.replace("\n", "\r\n"));
                    writer.close();
                    smtp.completePendingCommand();
                }
            }
            smtp.logout();
        } finally {
            smtp.disconnect();
        }
    }

    public static void main(String[] arguments) throws Exception {
        for (String line : Files.readAllLines(Paths.get(arguments[0]))) {
            try { play(line); } catch (Exception error) { System.out.println(error); }
        }
    }
}
