# Tcllib's smtp plays a file of wishes, one JSON object a line.
package require json
package require mime
package require smtp
package require tls
package require SASL

tls::init -autoservername false -request 0 -require 0 -cipher ALL:@SECLEVEL=0 -tls1 1 -tls1.1 1 -tls1.2 1 -tls1.3 1
set file [open [lindex $argv 0]]
while {[gets $file line] >= 0} {
    set wish [json::json2dict $line]
    set known {}
    if {[dict get $wish mechanism] ne "null"} {
        set known [list -username [dict get $wish user] -password [dict get $wish secret]]
    }
    set body [dict get $wish body]
    if {$body eq "null"} { set body "-" }
    set token [mime::initialize -canonical text/plain -string $body]
    mime::setheader $token Subject [dict get $wish subject]
    catch {
        smtp::sendmessage $token -servers [list [dict get $wish host]] -ports [list [dict get $wish port]] \
            -client [dict get $wish helo] -usetls 1 -originator [dict get $wish sender] \
            -recipients [join [dict get $wish to] ,] {*}$known
    } said
    puts $said
    catch { mime::finalize $token }
}
