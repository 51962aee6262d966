// System.Net.Mail plays a file of wishes; under Mono and under .NET Core it is not the same implementation.
using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Mail;
using System.Net.Security;
using System.Reflection;
using System.Text.RegularExpressions;

public static class SystemNetMail {
    static string Text(string line, string key) {
        Match found = Regex.Match(line, "\"" + key + "\": (null|true|false|[0-9]+|\"((?:[^\"\\\\]|\\\\.)*)\")");
        if (!found.Success || found.Groups[1].Value == "null") return null;
        if (!found.Groups[2].Success) return found.Groups[1].Value;
        return found.Groups[2].Value.Replace("\\n", "\n").Replace("\\\"", "\"").Replace("\\\\", "\\");
    }

    static IEnumerable<string> Many(string line, string key) {
        string inner = Regex.Match(line, "\"" + key + "\": \\[(.*?)\\]").Groups[1].Value;
        foreach (string each in inner.Split(new[] { ", " }, StringSplitOptions.RemoveEmptyEntries)) yield return each.Trim('"');
    }

    static void Name(SmtpClient client, string helo) {  // what the machine is called; the library has no switch for it
        foreach (string name in new[] { "_clientDomain", "clientDomain" }) {
            FieldInfo found = typeof(SmtpClient).GetField(name, BindingFlags.NonPublic | BindingFlags.Instance);
            if (found != null) found.SetValue(client, helo);
        }
    }

    static void Play(string line) {
        string mechanism = Text(line, "mechanism");
        using (SmtpClient client = new SmtpClient(Text(line, "host"), int.Parse(Text(line, "port")))) {
            Name(client, Text(line, "helo"));
            client.EnableSsl = true;
            client.Timeout = 12000;
            if (mechanism != null) client.Credentials = new NetworkCredential(Text(line, "user"), Text(line, "secret"));
            using (MailMessage mail = new MailMessage()) {
                mail.From = new MailAddress(Text(line, "sender"));
                foreach (string to in Many(line, "to")) mail.To.Add(to);
                mail.Subject = Text(line, "subject");
                mail.Body = Text(line, "body") ?? "-";
                client.Send(mail);
            }
        }
    }

    public static void Main(string[] arguments) {
        ServicePointManager.ServerCertificateValidationCallback = (a, b, c, d) => true;
        bool mono = Type.GetType("Mono.Runtime") != null;  // it takes its own choice of versions better than ours
        if (!mono) ServicePointManager.SecurityProtocol = (SecurityProtocolType)(192 | 768 | 3072 | 12288);
        foreach (string line in File.ReadAllLines(arguments[0])) {
            try { Play(line); } catch (Exception error) { Console.WriteLine(error.Message + " " + (error.InnerException == null ? "" : error.InnerException.ToString())); }
        }
    }
}
