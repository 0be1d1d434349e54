"""The keys of the answers and the types of their values, by release, as real devices showed them.

A VE of 14.1.2.1 (the public test data of Cisco's genieparser), objects of 12.1 to 14.1 (the unit tests of F5's own
Ansible modules), a VE's login (2021), f5-sdk and go-bigip for commands. `+name` came with TMOS 14, `*name`
with 21.
"""

from __future__ import annotations

TYPES: dict[str, type] = {"text": str, "number": int, "flag": bool, "list": list, "object": dict}
OBJECT = "fullPath kind name selfLink"
IN_PARTITION = f"{OBJECT} partition"

SHAPES: dict[str, dict[str, str]] = {
    "sys/file/ssl-key/~Common~p.key": {
        "text": f"{IN_PARTITION} checksum createTime createdBy curveName keyType lastUpdateTime passphrase "
        "securityType sourcePath updatedBy",
        "number": "generation keySize mode revision size",
        "object": "+certOrderManagerReference",
    },
    "sys/file/ssl-cert/~Common~default.crt": {
        "text": f"{IN_PARTITION} certificateKeyCurveName checksum createTime createdBy email expirationString "
        "+fingerprint isBundle issuer keyType lastUpdateTime serialNumber subject systemPath updatedBy",
        "number": "certificateKeySize expirationDate generation mode revision size version",
        "object": "bundleCertificatesReference certValidatorsReference",
    },
    "sys/crypto/key/~Common~p.key": {"text": f"{OBJECT} keySize keyType securityType", "number": "generation"},
    "sys/crypto/cert/~Common~default.crt": {
        "text": f"{OBJECT} city commonName country emailAddress +fingerprint organization ou state",
        "number": "generation",
        "object": "apiRawValues certValidatorsReference",
    },
    "sys/crypto/csr/c.csr": {"text": f"{OBJECT} commonName country", "number": "generation", "object": "apiRawValues"},
    "ltm/profile/client-ssl/~Common~clientssl": {
        "text": f"{IN_PARTITION} alertTimeout allowDynamicRecordSizing allowExpiredCrl allowNonSsl appService "
        "authenticate bypassOnClientCertFail bypassOnHandshakeAlert +c3dDropUnknownOcspStatus +c3dOcsp caFile cert "
        "certLookupByIpaddrPort chain cipherGroup ciphers clientCertCa crlFile defaultsFrom description "
        "destinationIpBlacklist destinationIpWhitelist forwardProxyBypassDefaultAction genericAlert handshakeTimeout "
        "hostnameBlacklist hostnameWhitelist +inheritCaCertkeychain inheritCertkeychain key maxActiveHandshakes "
        "maxAggregateRenegotiationPerMinute modSslMethods mode notifyCertStatusToVirtualServer ocspStapling "
        "peerCertMode peerNoRenegotiateTimeout proxyCaCert proxyCaKey proxySsl proxySslPassthrough "
        "renegotiateMaxRecordDelay renegotiatePeriod renegotiateSize renegotiation retainCertificate "
        "secureRenegotiation serverName sessionMirroring sessionTicket sniDefault sniRequire sourceIpBlacklist "
        "sourceIpWhitelist +sslC3d sslForwardProxy sslForwardProxyBypass +sslForwardProxyVerifiedHandshake sslSignHash "
        "strictResume uncleanShutdown *logPublisher",
        "number": "authenticateDepth cacheSize cacheTimeout certLifespan generation maxRenegotiationsPerMinute "
        "maximumRecordSize sessionTicketTimeout",
        "list": "certExtensionIncludes certKeyChain tmOptions",
        "object": "certReference keyReference *cipherGroupReference",
    },
    "ltm/profile/server-ssl/~Common~serverssl": {
        "text": f"{IN_PARTITION} alertTimeout allowExpiredCrl appService authenticate authenticateName "
        "bypassOnClientCertFail bypassOnHandshakeAlert +c3dCaCert +c3dCaKey caFile cert chain cipherGroup ciphers crl "
        "crlFile defaultsFrom description expireCertResponseControl genericAlert handshakeTimeout key "
        "maxActiveHandshakes modSslMethods mode ocsp peerCertMode proxySsl proxySslPassthrough renegotiatePeriod "
        "renegotiateSize renegotiation retainCertificate secureRenegotiation serverName sessionMirroring sessionTicket "
        "sniDefault sniRequire +sslC3d sslForwardProxy sslForwardProxyBypass +sslForwardProxyVerifiedHandshake "
        "sslSignHash strictResume uncleanShutdown untrustedCertResponseControl",
        "number": "authenticateDepth +c3dCertLifespan cacheSize cacheTimeout generation",
        "list": "+c3dCertExtensionCustomOids +c3dCertExtensionIncludes tmOptions",
    },
    "ltm/profile/tcp/~Common~tcp": {
        "text": f"{IN_PARTITION} abc ackOnPush appService autoProxyBufferSize autoReceiveWindowSize autoSendBufferSize "
        "cmetricsCache congestionControl defaultsFrom deferredAccept delayWindowControl delayedAcks description dsack "
        "earlyRetransmit ecn enhancedLossRecovery fastOpen hardwareSynCookie ipDfMode ipTosToClient ipTtlMode "
        "limitedTransmit linkQosToClient md5Signature mptcp mptcpCsum mptcpCsumVerify mptcpDebug mptcpFallback "
        "mptcpFastjoin mptcpMakeafterbreak mptcpNojoindssack nagle proxyMss proxyOptions pushFlag ratePace "
        "resetOnTimeout selectiveAcks selectiveNack slowStart synCookieEnable synCookieWhitelist tailLossProbe "
        "tcpOptions timeWaitRecycle timeWaitTimeout timestamps verifiedAccept",
        "number": "closeWaitTimeout cmetricsCacheTimeout fastOpenCookieExpiration finWaitTimeout finWait_2Timeout "
        "generation idleTimeout initCwnd initRwnd ipTtlV4 ipTtlV6 keepAliveInterval maxRetrans maxSegmentSize "
        "minimumRto mptcpIdleTimeout mptcpJoinMax mptcpRtomax mptcpRxmitmin mptcpSubflowmax mptcpTimeout "
        "pktLossIgnoreBurst pktLossIgnoreRate proxyBufferHigh proxyBufferLow ratePaceMaxRate receiveWindowSize "
        "rexmtThresh sendBufferSize synMaxRetrans synRtoBase zeroWindowTimeout",
    },
    "ltm/pool/~Common~pool": {
        "text": f"{IN_PARTITION} allowNat allowSnat ignorePersistedWeight ipTosToClient ipTosToServer linkQosToClient "
        "linkQosToServer loadBalancingMode minUpMembersAction minUpMembersChecking queueOnConnectionLimit "
        "serviceDownAction",
        "number": "generation minActiveMembers minUpMembers queueDepthLimit queueTimeLimit reselectTries slowRampTime",
        "object": "membersReference",
    },
    "sys/crypto/allow-key-export": {"text": "kind selfLink value"},
    "ltm/profile/http/~Common~http": {
        "text": f"{IN_PARTITION} acceptXff appService basicAuthRealm defaultsFrom description fallbackHost headerErase "
        "headerInsert insertXforwardedFor lwsSeparator oneconnectStatusReuse oneconnectTransformations proxyType "
        "redirectRewrite requestChunking responseChunking serverAgentName viaHostName viaRequest viaResponse",
        "number": "generation lwsWidth",
        "list": "encryptCookies fallbackStatusCodes responseHeadersPermitted xffAlternativeNames",
        "object": "enforcement explicitProxy hsts sflow",
    },
    "ltm/virtual/~Common~vs": {
        "text": f"{IN_PARTITION} addressStatus autoLasthop cmpEnabled creationTime destination ipProtocol "
        "lastModifiedTime mask mirror mobileAppTunnel nat64 pool rateLimit rateLimitMode serviceDownImmediateAction "
        "source sourcePort synCookieStatus translateAddress translatePort",
        "number": "connectionLimit generation gtmScore rateLimitDstMask rateLimitSrcMask vsIndex",
        "flag": "enabled vlansDisabled",
        "object": "policiesReference poolReference profilesReference sourceAddressTranslation",
    },
    "ltm/virtual/~Common~vs/profiles/~Common~clientssl": {
        "text": f"{IN_PARTITION} context",
        "number": "generation",
        "object": "nameReference",
    },
    "ltm/virtual-address/~Common~192.0.2.1": {
        "text": f"{IN_PARTITION} address arp autoDelete enabled floating icmpEcho inheritedTrafficGroup mask "
        "routeAdvertisement serverScope spanning trafficGroup",
        "number": "connectionLimit generation unit",
        "object": "trafficGroupReference",
    },
    "ltm/rule/~Common~r": {"text": f"{IN_PARTITION} apiAnonymous", "number": "generation"},
    "cm/device/~Common~bigip1.example.net": {
        "text": f"{IN_PARTITION} alternateIp baseMac build cert chassisId chassisType configsyncIp edition "
        "failoverState hostname key managementIp marketingName mgmtUnicastMode mirrorIp mirrorSecondaryIp multicastIp "
        "platformId product selfDevice timeZone version",
        "number": "generation haCapacity multicastPort",
        "list": "activeModules optionalModules",
        "object": "certReference keyReference",
    },
    "cm/device-group/~Common~device_trust_group": {
        "text": f"{IN_PARTITION} asmSync autoSync fullLoadOnSync networkFailover saveOnAutoSync type",
        "number": "generation incrementalConfigSyncSizeMax",
        "object": "devicesReference",
    },
    "cm/traffic-group/~Common~traffic-group-1": {
        "text": f"{IN_PARTITION} autoFailbackEnabled failoverMethod isFloating mac",
        "number": "autoFailbackTime generation haLoadFactor unitId",
        "object": "monitor",
    },
    "auth/partition/Common": {"text": f"{OBJECT} description", "number": "defaultRouteDomain generation"},
    "auth/user/admin": {
        "text": f"{OBJECT} description encryptedPassword",
        "number": "generation",
        "list": "partitionAccess",
    },
    "auth/password-policy": {
        "text": "kind selfLink policyEnforcement",
        "number": "expirationWarning maxDuration maxLoginFailures minDuration minimumLength passwordMemory "
        "requiredLowercase requiredNumeric requiredSpecial requiredUppercase",
    },
    "sys/global-settings": {
        "text": "kind selfLink customAddr failsafeAction fileBlacklistPathPrefix fileBlacklistReadOnlyPathPrefix "
        "fileLocalPathPrefix fileWhitelistPathPrefix guiAudit guiSecurityBanner guiSecurityBannerText guiSetup "
        "hostAddrMode hostname lcdDisplay ledLocator mgmtDhcp netReboot passwordPrompt quietBoot usernamePrompt",
        "number": "awsApiMaxConcurrency consoleInactivityTimeout",
    },
    "sys/failover": {"text": "kind selfLink", "object": "apiRawValues"},
}
STATISTICS = {  # the names in the one entry `…/0`; `details` has entries of its own
    "sys/version": "Build Date Edition Product Title Version",
    "sys/ready": "configReady licenseReady provisionReady",
    "sys/clock": "fullDate",
    "cm/sync-status": "color mode status summary",
    "cm/failover-status": "color status summary",
}

# The answers to commands: path below /mgmt, body, kind, and the other names.
COMMANDS: tuple[tuple[str, dict[str, str], str, str], ...] = (
    (
        "tm/util/bash",
        {"command": "run", "utilCmdArgs": "-c 'echo hello'"},
        "tm:util:bash:runstate",
        "command utilCmdArgs commandResult",
    ),
    ("tm/util/bash", {"command": "run", "utilCmdArgs": "-c 'true'"}, "tm:util:bash:runstate", "command utilCmdArgs"),
    (
        "tm/util/unix-ls",
        {"command": "run", "utilCmdArgs": "/shared"},
        "tm:util:unix-ls:runstate",
        "command utilCmdArgs",
    ),
    ("tm/sys/config", {"command": "save"}, "tm:sys:config:savestate", "command"),
    (
        "tm/transaction",
        {},
        "tm:transactionstate",
        "asyncExecution executionTime executionTimeout failureReason selfLink "
        "state timeoutSeconds transId validateOnly",
    ),
)
UPLOAD = "generation lastUpdateMicros localFilePath remainingByteCount temporaryFilePath totalByteCount usedChunks"
TOKEN = (
    "address authProviderName expirationMicros generation kind lastUpdateMicros name partition selfLink startTime "
    "timeout token user userName"
)
FAILOVER_STATE = "failoverState generation isEnabled lastUpdateMicros nextPollTime pollCyclePeriodMillis"
