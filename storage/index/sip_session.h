/**
 * sip_session: the two ends of a SIP session, from sipSessionID or a Session-ID header (RFC 7989).
 * Private to storage/index. Pure.
 */
#ifndef RECORDER_STORAGE_INDEX_SIP_SESSION_H
#define RECORDER_STORAGE_INDEX_SIP_SESSION_H

enum { SIP_SESSION_BYTES = 128 };

/* The two ends of a Session-ID (RFC 7989 section 5), "" where not known. */
struct sip_session {
    char local[SIP_SESSION_BYTES];
    char remote[SIP_SESSION_BYTES];
};

/**
 * Split "<local>;remote=<remote>"; lower case, without hyphens, so that one UUID has one writing.
 * The nil UUID, all zeros, becomes "", and what does not fit does too.
 */
void sip_session_split(const char *text, struct sip_session *session);

#endif
