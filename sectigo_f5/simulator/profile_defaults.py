"""The properties of the stock profiles: which there are, and their values, as TMOS 14.1 shows them.

Grouped by value, because most are. Every other profile starts from these.
"""

from __future__ import annotations

from typing import Any

_INDEFINITE = "indefinite"


def _all(words: str, value: Any) -> dict[str, Any]:
    return dict.fromkeys(words.split(), value)


# Absent on TMOS 13 (a 13.0.0 object in F5 Ansible's unit tests does not have them).
SINCE_14 = frozenset(
    "c3dDropUnknownOcspStatus c3dOcsp c3dCaCert c3dCaKey c3dCertExtensionCustomOids c3dCertExtensionIncludes "
    "c3dCertLifespan inheritCaCertkeychain sslC3d sslForwardProxyVerifiedHandshake".split()
)

_SSL = {
    **_all("alertTimeout maxActiveHandshakes renegotiatePeriod renegotiateSize", _INDEFINITE),
    **_all(
        "allowExpiredCrl bypassOnClientCertFail bypassOnHandshakeAlert modSslMethods proxySsl proxySslPassthrough "
        "sessionMirroring sessionTicket sslC3d sslForwardProxy sslForwardProxyBypass "
        "sslForwardProxyVerifiedHandshake strictResume",
        "disabled",
    ),
    **_all("appService caFile chain cipherGroup crlFile defaultsFrom description serverName", "none"),
    **_all("genericAlert mode renegotiation uncleanShutdown", "enabled"),
    **_all("sniDefault sniRequire", "false"),
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
    **_all("maxAggregateRenegotiationPerMinute renegotiateMaxRecordDelay", _INDEFINITE),
    **_all(
        "allowDynamicRecordSizing allowNonSsl certLookupByIpaddrPort notifyCertStatusToVirtualServer ocspStapling",
        "disabled",
    ),
    **_all(
        "c3dOcsp clientCertCa destinationIpBlacklist destinationIpWhitelist hostnameBlacklist hostnameWhitelist "
        "proxyCaCert proxyCaKey sourceIpBlacklist sourceIpWhitelist",
        "none",
    ),
    **_all("inheritCaCertkeychain inheritCertkeychain", "false"),
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
    **_all("authenticateName c3dCaCert c3dCaKey cert crl key ocsp", "none"),
    **_all("expireCertResponseControl untrustedCertResponseControl", "drop"),
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
    **_all("acceptXff insertXforwardedFor", "disabled"),
    **_all(
        "appService basicAuthRealm defaultsFrom description fallbackHost headerErase headerInsert lwsSeparator "
        "redirectRewrite viaHostName",
        "none",
    ),
    **_all("encryptCookies fallbackStatusCodes responseHeadersPermitted xffAlternativeNames", []),
    **_all("requestChunking viaRequest viaResponse", "preserve"),
    "enforcement": {
        **_all("excessClientHeaders excessServerHeaders oversizeClientHeaders oversizeServerHeaders", "reject"),
        **_all("pipeline unknownMethod", "allow"),
        "knownMethods": "CONNECT DELETE GET HEAD LOCK OPTIONS POST PROPFIND PUT TRACE UNLOCK".split(),
        "maxHeaderCount": 64,
        "maxHeaderSize": 32768,
        "maxRequests": 0,
        "truncatedRedirects": "disabled",
    },
    "explicitProxy": {
        **_all("badRequestMessage badResponseMessage connectErrorMessage dnsErrorMessage dnsResolver", "none"),
        **_all("routeDomain tunnelName", "none"),
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
TCP = {
    **_all(
        "abc ackOnPush cmetricsCache delayedAcks earlyRetransmit ecn enhancedLossRecovery fastOpen hardwareSynCookie "
        "limitedTransmit proxyMss ratePace resetOnTimeout selectiveAcks slowStart synCookieEnable tailLossProbe "
        "timeWaitRecycle timestamps",
        "enabled",
    ),
    **_all("appService defaultsFrom description tcpOptions", "none"),
    **_all(
        "autoProxyBufferSize autoReceiveWindowSize autoSendBufferSize deferredAccept delayWindowControl dsack "
        "md5Signature mptcp mptcpCsum mptcpCsumVerify mptcpDebug mptcpFastjoin mptcpMakeafterbreak mptcpNojoindssack "
        "nagle proxyOptions selectiveNack synCookieWhitelist verifiedAccept",
        "disabled",
    ),
    **_all("closeWaitTimeout finWaitTimeout mptcpJoinMax mptcpRtomax", 5),
    **_all("cmetricsCacheTimeout pktLossIgnoreBurst pktLossIgnoreRate ratePaceMaxRate", 0),
    **_all("finWait_2Timeout idleTimeout mptcpIdleTimeout", 300),
    **_all("initCwnd initRwnd", 10),
    **_all("ipTosToClient linkQosToClient", "0"),
    **_all("minimumRto mptcpRxmitmin", 1000),
    **_all("proxyBufferHigh receiveWindowSize", 65535),
    **_all("rexmtThresh synMaxRetrans", 3),
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
