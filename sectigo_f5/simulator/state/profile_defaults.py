"""The properties of the stock profiles and their values, as TMOS 14.1 shows them.

Grouped by value, because most share theirs. Every other profile starts from these.
"""

from __future__ import annotations

from typing import Any

_INDEFINITE = "indefinite"


def each(words: str, value: Any) -> dict[str, Any]:
    """Return a mapping of many names to one value."""
    return dict.fromkeys(words.split(), value)


# Absent on TMOS 13 (a 13.0.0 object in F5 Ansible's unit tests does not have them).
SINCE_14 = frozenset(
    each(
        "c3dDropUnknownOcspStatus c3dOcsp c3dCaCert c3dCaKey c3dCertExtensionCustomOids c3dCertExtensionIncludes "
        "c3dCertLifespan inheritCaCertkeychain sslC3d sslForwardProxyVerifiedHandshake",
        None,
    )
)

_SSL = {
    **each("alertTimeout maxActiveHandshakes renegotiatePeriod renegotiateSize", _INDEFINITE),
    **each(
        "allowExpiredCrl bypassOnClientCertFail bypassOnHandshakeAlert modSslMethods proxySsl proxySslPassthrough "
        "sessionMirroring sessionTicket sslC3d sslForwardProxy sslForwardProxyBypass "
        "sslForwardProxyVerifiedHandshake strictResume",
        "disabled",
    ),
    **each("appService caFile chain cipherGroup crlFile defaultsFrom description serverName", "none"),
    **each("genericAlert mode renegotiation uncleanShutdown", "enabled"),
    **each("sniDefault sniRequire", "false"),
    "authenticate": "once",
    "authenticateDepth": 9,
    "cacheSize": 262144,
    "cacheTimeout": 3600,
    "ciphers": "DEFAULT",
    "handshakeTimeout": "10",
    "peerCertMode": "ignore",
    "retainCertificate": "true",
    "sslSignHash": "any",
    "tmOptions": ["dont-insert-empty-fragments", "no-tlsv1.3"],
}
CLIENT_SSL = {
    **_SSL,
    **each("maxAggregateRenegotiationPerMinute renegotiateMaxRecordDelay", _INDEFINITE),
    **each(
        "allowDynamicRecordSizing allowNonSsl certLookupByIpaddrPort notifyCertStatusToVirtualServer ocspStapling",
        "disabled",
    ),
    **each(
        "c3dOcsp clientCertCa destinationIpBlacklist destinationIpWhitelist hostnameBlacklist hostnameWhitelist "
        "proxyCaCert proxyCaKey sourceIpBlacklist sourceIpWhitelist",
        "none",
    ),
    **each("inheritCaCertkeychain inheritCertkeychain", "false"),
    "c3dDropUnknownOcspStatus": "drop",
    "cert": "/Common/default.crt",
    "certExtensionIncludes": ["basic-constraints", "subject-alternative-name"],
    "certLifespan": 30,
    "forwardProxyBypassDefaultAction": "intercept",
    "key": "/Common/default.key",
    "maximumRecordSize": 16384,
    "maxRenegotiationsPerMinute": 5,
    "peerNoRenegotiateTimeout": "10",
    "secureRenegotiation": "require",
    "sessionTicketTimeout": 0,
}
SERVER_SSL = {
    **_SSL,
    **each("authenticateName c3dCaCert c3dCaKey cert crl key ocsp", "none"),
    **each("expireCertResponseControl untrustedCertResponseControl", "drop"),
    "c3dCertExtensionCustomOids": [],
    "c3dCertExtensionIncludes": [
        "basic-constraints",
        "extended-key-usage",
        "key-usage",
        "subject-alternative-name",
    ],
    "c3dCertLifespan": 24,
    "secureRenegotiation": "require-strict",
}
HTTP = {
    **each("acceptXff insertXforwardedFor", "disabled"),
    **each(
        "appService basicAuthRealm defaultsFrom description fallbackHost headerErase headerInsert lwsSeparator "
        "redirectRewrite viaHostName",
        "none",
    ),
    **each("encryptCookies fallbackStatusCodes responseHeadersPermitted xffAlternativeNames", []),
    **each("requestChunking viaRequest viaResponse", "preserve"),
    "enforcement": {
        **each("excessClientHeaders excessServerHeaders oversizeClientHeaders oversizeServerHeaders", "reject"),
        **each("pipeline unknownMethod", "allow"),
        "knownMethods": list(each("CONNECT DELETE GET HEAD LOCK OPTIONS POST PROPFIND PUT TRACE UNLOCK", None)),
        "maxHeaderCount": 64,
        "maxHeaderSize": 32768,
        "maxRequests": 0,
        "truncatedRedirects": "disabled",
    },
    "explicitProxy": {
        **each("badRequestMessage badResponseMessage connectErrorMessage dnsErrorMessage dnsResolver", "none"),
        **each("routeDomain tunnelName", "none"),
        "defaultConnectHandling": "deny",
        "hostNames": [],
        "ipv6": "no",
    },
    "hsts": {"includeSubdomains": "enabled", "maximumAge": 16070400, "mode": "disabled", "preload": "disabled"},
    "lwsWidth": 80,
    "oneconnectStatusReuse": "200 206",
    "oneconnectTransformations": "enabled",
    "proxyType": "reverse",
    "responseChunking": "selective",
    "serverAgentName": "BigIP",
    "sflow": {"pollInterval": 0, "pollIntervalGlobal": "yes", "samplingRate": 0, "samplingRateGlobal": "yes"},
}
HTTP2 = {  # names: F5 Ansible bigip_profile_http2
    **each("appService defaultsFrom description", "none"),
    **each("includeContentLength insertHeader", "disabled"),
    "activationModes": ["alpn"],
    "concurrentStreamsPerConnection": 10,
    "connectionIdleTimeout": 300,
    "enforceTlsRequirements": "enabled",
    "frameSize": 2048,
    "headerTableSize": 4096,
    "insertHeaderName": "X-HTTP2",
    "receiveWindow": 32,
    "writeSize": 16384,
}
TCP = {
    **each(
        "abc ackOnPush cmetricsCache delayedAcks earlyRetransmit ecn enhancedLossRecovery fastOpen hardwareSynCookie "
        "limitedTransmit proxyMss ratePace resetOnTimeout selectiveAcks slowStart synCookieEnable tailLossProbe "
        "timeWaitRecycle timestamps",
        "enabled",
    ),
    **each("appService defaultsFrom description tcpOptions", "none"),
    **each(
        "autoProxyBufferSize autoReceiveWindowSize autoSendBufferSize deferredAccept delayWindowControl dsack "
        "md5Signature mptcp mptcpCsum mptcpCsumVerify mptcpDebug mptcpFastjoin mptcpMakeafterbreak mptcpNojoindssack "
        "nagle proxyOptions selectiveNack synCookieWhitelist verifiedAccept",
        "disabled",
    ),
    **each("closeWaitTimeout finWaitTimeout mptcpJoinMax mptcpRtomax", 5),
    **each("cmetricsCacheTimeout pktLossIgnoreBurst pktLossIgnoreRate ratePaceMaxRate", 0),
    **each("finWait_2Timeout idleTimeout mptcpIdleTimeout", 300),
    **each("initCwnd initRwnd", 10),
    **each("ipTosToClient linkQosToClient", "0"),
    **each("minimumRto mptcpRxmitmin", 1000),
    **each("proxyBufferHigh receiveWindowSize", 65535),
    **each("rexmtThresh synMaxRetrans", 3),
    "congestionControl": "high-speed",
    "fastOpenCookieExpiration": 21600,
    "ipDfMode": "pmtu",
    "ipTtlMode": "proxy",
    "ipTtlV4": 255,
    "ipTtlV6": 64,
    "keepAliveInterval": 1800,
    "maxRetrans": 8,
    "maxSegmentSize": 1460,
    "mptcpFallback": "reset",
    "mptcpSubflowmax": 6,
    "mptcpTimeout": 3600,
    "proxyBufferLow": 32768,
    "pushFlag": "default",
    "sendBufferSize": 131072,
    "synRtoBase": 3000,
    "timeWaitTimeout": "2000",
    "zeroWindowTimeout": 20000,
}
