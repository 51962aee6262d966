;; Emacs' smtpmail plays a file of wishes, the last argument.  -*- lexical-binding: t -*-
(require 'smtpmail)
(require 'json)
(require 'auth-source)
(setq gnutls-verify-error nil gnutls-min-prime-bits 512 network-security-level 'low
      gnutls-algorithm-priority "NORMAL:+VERS-TLS1.0" auth-source-save-behavior nil auth-source-do-cache nil nsm-settings-file (expand-file-name "nsm")
      smtpmail-debug-info nil)

(defun credentials (wish)
  "A netrc file with the user of WISH."
  (let ((path (expand-file-name "authinfo")))
    (with-temp-file path
      (insert (format "machine %s port %s login \"%s\" password \"%s\"\n" (alist-get 'host wish) (alist-get 'port wish)
                      (alist-get 'user wish) (alist-get 'secret wish))))
    path))

(defun play (wish)
  "Send the mail of WISH."
  (let* ((mechanism (alist-get 'mechanism wish))
         (auth-sources (and mechanism (list (credentials wish))))
         (smtpmail-auth-supported (if (or (null mechanism) (equal mechanism "ANY"))
                                      '(cram-md5 plain login)
                                    (list (intern (downcase mechanism)))))
         (smtpmail-smtp-server (alist-get 'host wish)) (smtpmail-smtp-service (alist-get 'port wish))
         (smtpmail-smtp-user (and mechanism (alist-get 'user wish)))
         (smtpmail-stream-type (if (equal (alist-get 'tls wish) "implicit") 'ssl 'starttls))
         (smtpmail-local-domain (alist-get 'helo wish)) (system-name (alist-get 'helo wish))
         (user-mail-address (alist-get 'sender wish)) (mail-host-address nil))
    (with-temp-buffer
      (insert "From: " (alist-get 'sender wish) "\nTo: " (mapconcat #'identity (alist-get 'to wish) ", ")
              "\nSubject: " (alist-get 'subject wish) "\n\n" (or (alist-get 'body wish) "-"))
      (auth-source-forget-all-cached)
      (with-timeout (12 nil)
        (smtpmail-via-smtp (append (alist-get 'to wish) nil) (current-buffer))))))

(defun play-all ()
  "All wishes of the file."
  (with-temp-buffer
    (insert-file-contents (car command-line-args-left))
    (while (not (eobp))
      (let ((wish (json-parse-string (buffer-substring (point) (line-end-position)) :object-type 'alist
                                     :null-object nil :array-type 'list)))
        (condition-case said (play wish) ((error quit) (message "%S" said)))
        (dolist (each (process-list)) (delete-process each)))
      (forward-line 1)))
  (kill-emacs 0))
