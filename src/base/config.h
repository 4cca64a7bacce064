/**
 * config: the one configuration file that all programs read (libconfuse syntax).
 *
 * Every option has a default, so an empty file is a working one. Strings are owned by the struct.
 */
#ifndef RECORDER_BASE_CONFIG_H
#define RECORDER_BASE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"
#include "base/status.h"

enum { CONFIG_LIST_MAX = 8 };

/* As systemd's LoadCredential= and LoadCredentialEncrypted= name it. */
#define CONFIG_CREDENTIAL_MASTER "recorder-master"

/* An option of several values: `name = {"a", "b"}`; of one: `name = "a"`; of none: `name = {}`. */
struct config_list {
    size_t count;
    char *item[CONFIG_LIST_MAX]; /* none of them empty */
};

struct config {
    char *node;  /* name of this machine in recordings and logs; default: host name */
    char *store; /* directory of recordings and index; default /var/lib/recorder */
    struct config_list volumes; /* further directories, on other file systems, where recordings go
                                   while the store's own takes none; default none */
    char *keys;                 /* directory of keys; default <store>/keys */
    char *master_key; /* file of the master key; default: the credential CONFIG_CREDENTIAL_MASTER
                         in $CREDENTIALS_DIRECTORY where it is there, else <keys>/master.key;
                         "credential": that one, or none */
    bool master_key_is_credential; /* it is, or would be: systemd gives it to services alone */
    /* signalling */
    struct config_list sip_listen;     /* ADDRESS:PORT, each UDP and TCP; default 127.0.0.1:5060.
                                          None: TLS alone */
    struct config_list sip_listen_tls; /* ADDRESS:PORT; default none */
    char *sip_tls_certificate;         /* PEM file of our chain; "" (default): none */
    char *sip_tls_key;       /* PEM file of its key; "" (default): in sip_tls_certificate */
    char *sip_tls_client_ca; /* PEM file of those who sign clients; "" (default): none are asked */
    bool sip_tls_client_required; /* who shows no certificate is not let in; default false */
    int session_expires_s;        /* RFC 4028, where the client asks for nothing; default 1800 */
    int session_min_se_s;         /* shorter ones are answered 422; default 90 */
    int calls_max;                /* default 2000 */
    int drain_s; /* how long calls in progress may go on after SIGTERM; default 0: they end at once
                  */

    /* media */
    struct config_list rtp_address; /* where RTP is taken, at most one of each family; default none:
                                       the address that faces the caller */
    struct config_list rtp_advertise; /* what our SDP says instead of it (NAT), likewise */
    int rtp_port_first;               /* default 20000 */
    int rtp_port_last;                /* default 29999 */
    int media_threads;                /* default 0: one per core */

    /* room on the store's volume (storage/disk/space.h): percent of it; with less free ... */
    int disk_warn_percent;         /* a warning; default 15 */
    int disk_stop_exports_percent; /* nothing is exported to it; default 8 */
    int disk_refuse_calls_percent; /* new calls are refused; default 5 */
    int disk_reserve_mib;          /* set aside for calls in progress; default -1: 1 MiB for each of
                                      calls_max, but not more than disk_refuse_calls_percent of the volume */

    /* web */
    char *http_listen; /* ADDRESS:PORT; default 127.0.0.1:8080 */
    char *portal;      /* directory of the built portal; default /usr/share/recorder/portal */
    int http_connections_max;             /* default 512 */
    int http_connections_per_address_max; /* default 64 */
    int keeper_period_s;                  /* between two rounds of the keeper; default 5 */
    int scrub_days;  /* each recording is read once in so many; default 30; 0: never */
    int scrub_mib_s; /* so much of the disk's time reading them may take; default 20 */
};

/**
 * Read a file.
 *
 * STATUS_OK       *out set, freed by config_destroy.
 * STATUS_IO       cannot be opened; fault names it.
 * STATUS_INVALID  fault names file, line and what is wrong with it.
 * STATUS_NOMEM
 */
enum status config_load(const char *path, struct config **out, struct fault *fault) MUST_CHECK;

/** Free; NULL is accepted. */
void config_destroy(struct config *owned_config);

#endif
