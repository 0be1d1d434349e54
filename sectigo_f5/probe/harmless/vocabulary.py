"""The words that a report may hold: of F5's messages, properties, URLs, folders and objects, and of plain English.

A text of which every word is among them tells nothing of whose big-ip it is. No name of a person, a place, a company or
a product other than F5's belongs here; a word that is missing here is shown as a placeholder.
"""

from __future__ import annotations

# What the REST service calls its collections and commands; nothing else in a URL's path is F5's.
_SEGMENTS = """
mgmt tm cm shared tmsh ltm sys net auth util task application security apm asm gtm cli vcmp transaction commands
virtual virtual-address profile client-ssl server-ssl http http2 http3 fasthttp fastl4 tcp udp oneconnect quic
httprouter web-acceleration http-compression one-connect html rewrite stream websocket connectivity access policy
policies cipher group rule rules monitor https pool members node nat snat snatpool snat-translation
traffic-matching-criteria data-group internal external persistence profiles stats ifile file ssl-key ssl-cert ssl-csr
ssl-crl crypto key cert csr crl cert-validator cert-order-manager ocsp allow-key-export master-key fips config ready
mcp-state version provision clock hardware software volume failover global-settings httpd sshd db
systemauth.disablebash folder service license management-ip management-route connection performance memory cpu disk
device device-group traffic-group sync-status failover-status trust-domain devices add-to-trust partition user users
role remote-user remote-role source password-policy route-domain self vlan port-list address-list interface tunnels
route authn login authz tokens roles resource-groups user-references remoterole identified-devices bash unix-ls
unix-mv unix-rm qkview ping dig file-transfer uploads downloads bulk ucs-downloads appsvcs info declare
declarative-onboarding telemetry iapp global-installed-packages package-management-tasks available example
bigip-failover-state management-dhcp diagnostics settings echo-js resolver groups sso saml aaa oauth jwk-config
"""
# Folders and files of the device's own file system.
_FOLDERS = """
var config rest downloads ssl ssl.key ssl.crt ssl.csr ssl.crl filestore files_d Common_d certificate_d tmp shared
certificate_key_d certificate_signing_request_d images usr bin sbin etc opt root home local lib log run dev null pki
tls certs private trust_certificate_d trust_certificate_key_d bigip.conf bigip_base.conf bigip_user.conf openssl bash
tmsh partitions bulk rm ls mv
"""
# What every big-ip has in /Common.
_BUILT_IN = """
clientssl clientssl-insecure-compatible clientssl-secure clientssl-quic splitsession-default-clientssl
crypto-server-default-clientssl wom-default-clientssl serverssl serverssl-insecure-compatible serverssl-secure
default.crt default.key default ca-bundle.crt f5-ca-bundle.crt f5-irule.crt f5-default f5-secure f5-aes f5-ecc f5-quic
f5-cc-stig tcp tcp-lan-optimized tcp-wan-optimized f5-tcp-progressive f5-tcp-wan f5-tcp-lan udp http http2
httpcompression http-transparent http-explicit fastL4 fasthttp oneconnect websocket stream html rewrite
_sys_https_redirect source_addr cookie dest_addr traffic-group-1 traffic-group-local-only device_trust_group gtm
all-partitions all sys-ssl-publisher sys-db-access-publisher local-db-publisher none any any6 global
"""
_MODULES = """
afm am apm asm avr cgnat dos fps gtm host ilx lc ltm mgmt pem psm sslo swg tmos ui urldb vcmp wam wom
"""
# Of messages and names of properties, in lower case and without their endings.
_WORDS = """
0rtt a abc able abort about above absent absolute accept acceptable acceptance accepted accepts access accompanies
account ack acknowledged acks acl acme across action activation active adapter adaptive add addr address adjust admin
administrator admitted advanced advertise advertisement advisory aes aes128 aes256 affinity afm after afterwards again
against age agent aggregate agreed alarm alert alias align all allocate allow along alpn already also alt alter
alternate alternative although always ambiguous among an analytics and anonymous another answer any anycast anything
apache api apm app appear appears append application applied approval appsvcs arbitrary are aren't args argument
around arp array as as3 ascii ask asks asm asn1 assign associated async asynccontext asynchronous at attach attachment
attack attempt attribute audit auth authenticate authentication authenticator authn authorities authority
authorization authorize authz auto autolasthop autoscale availability average avr away back backend backup bad
balancing bandwidth banner base base64 bash basic batch bc bd be became because become becomes been before began begin
beginning begun behind being believe belong below beside besides between beyond big big-ip bigd bigip bin bio bios
bits blacklist blank block board body boolean boot both bottom bound branch break bridge brief bring broadcast brought
buffer bug build built bulk bundle burst busy but bwc by bypass byte c3d ca cache cachepath call caller came can can't
cancel cancelled cannot capability capacity carry case catch caught cause cd cert certain certbot certfile certificate
certkeychain certkeyfile certs cgnat chain challenge change characters chassis check checksum child children choose
chunked chunking chunks cipher ciphersuite ciphertext class classification classify clean cleanup clear cli client
clientside clientssl clock clone close clustered cm cmd cmp cn code codec collection collector collision color column
combination combined come comma command commandline comment commit committed common compare compile complete complex
compliance compressed compression compute concurrency concurrent conditions config configsync configuration configure
confirm conflict congestion connect connection connectionlimit connector consistent constraint consumer contact
contain container content context continued continues control controller convert cookie copied copies copy core
correct corresponding corrupt could couldn't count counter cpu crc create creating creation creator credential
criteria critical crl cross crt crypto cryptography csr ctime ctlr curl current currently curve custom cut cwnd cycle
cyclic daemon daily dash dashboard data data0rtt database datagram date day dead deadline deadlock debug decimal
declaration declare decode decompress decrease decrypt decryption deep default defined definition deflate delay delete
deleting deletion delimiter denied deny depended dependency dependent depending depends deploy deprecated depth der
derive des described describes description destination destroy detach details detected determine dev device df dhcp
dhcpv4 dhcpv6 dhe diameter did didn't differ different digest digits direct direction directories directory disable
disabling disallow discard disconnect discover disk display distinguished distribute dn dns do docs documentation
documented does doesn't doing domain don't done dos dot double down download dozen dpi drop dropped dsa dslite dss dst
dtls dtlsv1 due duplicate duration during dynamic dynamically eab each earlier early ec ecc ecdhe ecdsa echo ecn
ed25519 edge edit edition eight either eject elapsed element eligible else elseif elsewhere email emergency emit empty
emulate enable encode encoding encrypt encrypted encryption end endpoint enforce enforcement engine engineering enough
enroll enrolment ensure enter entity entries entry enum env environment eq equal erase err errno error escape
established ether eval even event ever every everything eviction evp exactly examine example exceed except exception
excess exchange exclude exclusive exec execute executing execution exempt exhausted exist exit exp expand expect
expiration expire expired expires expiring expiry explain explicit export exportable expression extended extends
extension external extra extract extraneous f5 facility factor fail failback failover failsafe failure fallback false
far fast fasthttp fastl4 fatal fault feature fetched few fewer field fifth file filename fileobject filestore filter
final finalize find finding finds fine fingerprint finish finished fips firewall first five fix fk flag floating flow
flush folder follow for forbid forbidden force foreign form format former forward found four fourth fps fqdn fragment
frame framework free frequency from front ftp full fully func function further fwd garbage gateway gave gcm gen
general generate generating generation generic geo georedundancy get getfield give given global go goal goes going
gone good got gpa grant gratuitous group gtm gtmscore gtp guard guest ha had half hand handle handler handling
handshake hang happen happened hardcoded has hash hasn't have haven't having head header hear held help helper here
hidden high hint hit hold hop host hostname hostnames hotfix hour how however hsm hsts html http http1 http2 http3
httprouter hundred hung hybrid iapp iat icap icmp icontrol icontrolrest icrd icsa id idempotent identical identified
identifier identity idle idletime ids if igmp ignore illegal illegally ilx immediate immediately immutable impact
implicit import importer impossible in inaccessible inactivity inbound include incoming incompatible incomplete
inconsistent incorrect increase increment incremental indefinite index indicate individual ineligible info information
inherit init initial initialization initialize initiate inline inner input insert inside inspection install
installation instance instantiate instead insufficient int integer integrity intercept interface intermediate internal
interrupt interval into invalid invalidate inventory invisible invoke io ip ip4 ipaddr ipother ipsecalg ipv4 ipv6
iquery irule is isn't iss issue issuer issuerdn it it's item iterate iterating its itself java jitter join json jti
just keep keepalive kept key keyid keyring keyword killed kind know known l2 l3 l4 l7 label lack lang language large
larger last lasthop late latency later latter layer lba lc ldap lead leader leading leaf lease least leave left
leftover leg legacy legal length less let letter letters level lib library licence license life lifespan lifetime like
likely limit line link list listed listener listening literal live load local localdomain locale localhost locality
locally locate location locator lock lockout log logged logging login logout long longer longest look lookup lookups
loop loose lose lost low lower ls lsn ltm lws mac made mail main maintenance make malformed manage management manager
mandatory manual manually many map mapping marker marketing mask master match matched matching materials max maximum
may maybe mblb mcp md md5 me mean meaning means meant meanwhile media meets members memory message met metadata meth
method mgmt mgr mib micros midnight might migrate million mime min minimum minus minute mirror mismatch missed missing
misspelt mistyped mixed mobile mod mode modification modified modify module modulus monitor more most mount move
moving mptcp mss mtime mtu much multi multicast multiple must mutual mutually mv nagle name named namespace naming nat
nat64 native nbf ne near necessary need negative negotiate negotiation neighbor neither nested net nethsm network
never new newer next nexthop nid nil no nobody node nominal non nonce none nonexistent nor norm normal noserver not
notation note nothing notice notification notify now ntlm ntp null number numeric numerical oauth object observed
obsolete obtain occupied occur occurred ocsp ocsp-stapling-params octet of off offer offline offset often oid ok old
older omit omitted on once one oneconnect ongoing online only open openssl operand operating operation operational
operator option optional or order ordinary organization organizational orig original orphan osi other otherwise ou our
out outbound outcome outer outgoing output outside over overall overflow overlap overlapping overload override
overwrite overwritten own owner pack packages pad padding page paging pair parallel param parameter parent parse
parser parsing part partial particular partition pass passive passphrase passthrough passwd password patch path
patience pattern pause payload pcre peer pem pending per perform perhaps period permission permit permitted persist
persistence persistent phase phrase physical pin pipe pkcs pkcs12 pkcs8 pki place placeholders plaintext plan planned
platform please pmtu point pointer policies policy poll pool port position positive possible possibly post pptp pre
precedence precision predefined prefer preferred prefix preload prepare presence present preserve prevent previous
primary prime prime256v1 primitive principal printed prints prior priority private privilege probe proceed process
processor product profile program prohibited prompt propagate proper properly properties property protect protected
protection protocol provided provider providing provision proxy ps pseudo public publisher pure purpose push put pva
python quantity queried query question queue quic quite quota quote radius raised ram ramcache random range rank rate
ratelimit rather ratio raw rc4 re reach reachable read readable readonly ready real realm reason reboot rebuild
receive recent recognized recommended record recovered recovery recursion recursive redirect reduce redundant reenter
reestablish refer reference referencing referer referrer referring refresh refusal refuse regardless regenotiation
regex region register regular reject relation relative relay release relevant reload remainder remaining remap remark
remedy remote remotesender removal remove rename renegotiate renegotiation renew renewal reorder repair repeat
repeatable replace replay replica replicate reply report repository representation request request-log require
requirement reserve reset resident resolution resolve resource responded responding response rest restart restjavad
restore restoring restrict restriction result resume retain retrans retried retries retrieve retry return reuse rev
reverse revert reviewed revision revocation revoke rewrite rexmt right ring rm role rollback rolled root rotate
rotation round route routines routing row rsa rst rto rtomin rtsp rttmin rule run running runtime safe said salt same
san satisfied satisfy save saving say says scan scf schedule schema scope score scratch screen script sctp sdk search
second secondary secp256r1 secp384r1 secp521r1 secret section secure security see seem seen select selection selective
self semantic send sender sensitive sent sentence separate separator sequence serial series serve server serverside
serverssl service serving session set setting setup seven several severity sflow sha sha1 sha256 sha384 sha512 shards
share shared sharing shell short shortcomings should shouldn't show shown shutdown side sign signal signature signed
signing signs similar simple simply simulated simultaneous since single sip sipsession site six size sizing skip
skipped slash slow small snat snatpool sni snmp so socket socks software some somebody something soon sort source
sourcepath space spaces span spanning spdy speak spec special specific specification specified specifies specify
spelled spelling spelt split splitsession square src srcport ssh ssl sslo sslv2 sslv3 ssthresh stack stale stand
standalone standard standby stapling start state stateless static statistic statistics stats status stay step still
stop stopped stopping storage store storing str stream strength strict strip strong structure style sub subcollection
subdomains subject subjectaltname subnet subpath subroutine subscriber subsequent subset substitute succeeded succeeds
success successfully such suffix suitable suites sum summary super superuser supplied supply support suppress sure
surname suspended swap swg switch symbol syn sync synchronization synchronize synchronous syntax sys syslog system
systempath table tag take taken taking target task tcb tcl tcp tcp-analytics tell temp template temporarily temporary
ten tenant terminate test text tftp than that the their them then there therefore these they thing things think third
this those though thought thousand three threshold thrice through throughput throw thus ticket time timeout
timeoutexception timer timestamp timewait title tls tls1 tlsv1 tm tmevent tmm tmos tmp tmpfile tmplimit tmrouted tmsh
tmui to today together token told tomcat too took top tos total touched toward trace tracking traffic trail trans
transaction transfer transferred transform transformations transition translatable translate translation transmission
transmit transparent transport trap traversal tried tries trigger trim troubleshooting true truncated trunk trust try
ttl tunnel tunnels turn twice two type typed udp unable unauthenticated unauthorized unavailable unbind uncertain
unchanged unchecked unclean undefined under underlying underscore understand understood undo unencrypted unexpected
unexpectedly unicast unicode uninitialized union unique unit universal unix unknown unless unlikely unlimited unlisted
unlock unmanaged unnamed unnecessary unreachable unreadable unrecognized unreferenced unregistered unresolved
unsolicited unspecified unsupported until untrusted unused up update updater updating upgrade upload upon upper uri
url urlfilter usable usage use user username using usr usually utf util utility uuid v1 v2 v3 v4 v6 valid validate
validating validation validator value var variable variant vary vault vcmp vector ver verb verbatim verification
verified verifies verify version very viewed violated violates violation vip virtual visible vlan vs vsindex waf wait
walks wam wanted wants warm warn was wasn't watch way ways wb we web websocket websso weight well went were weren't
what whatever when where wherever whether which while whitelist whitespace who whole whom whose why wide wildcard will
with within without wizard wom won't word work worker workflow would wrap wrapper writable write writing written wrong
wrote x-f5-auth-token x509 xnexthop year yes yet yield you your yours yourself zone zones zwt
"""

SEGMENTS, FOLDERS, BUILT_IN, MODULES, WORDS = (
    frozenset(words.split()) for words in (_SEGMENTS, _FOLDERS, _BUILT_IN, _MODULES, _WORDS)
)
