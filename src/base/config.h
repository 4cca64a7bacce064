/**
 * config: the one configuration file that all programs read (libconfuse syntax).
 *
 * Every option has a default, so an empty file is a working one. Strings are owned by the struct.
 */
#ifndef RECORDER_BASE_CONFIG_H
#define RECORDER_BASE_CONFIG_H

#include "base/fault.h"
#include "base/status.h"

struct config {
    char *node;         /* name of this machine in recordings and logs; default: host name */
    char *store;        /* directory of recordings and index; default /var/lib/recorder */
    char *keys;         /* directory of keys; default <store>/keys */
    char *master_key;   /* file of the master key; default <keys>/master.key */
    char *sip_listen;   /* ADDRESS:PORT, UDP and TCP; default 127.0.0.1:5060 */
    char *rtp_address;  /* our address in SDP; "" (default): the one that faces the caller */
    int rtp_port_first; /* default 20000 */
    int rtp_port_last;  /* default 29999 */
    int calls_max;      /* default 2000 */
    int media_threads;  /* default 0: one per core */
    char *http_listen;  /* ADDRESS:PORT; default 127.0.0.1:8080 */
    char *portal;       /* directory of the built portal; default /usr/share/recorder/portal */
    int http_connections_max;             /* default 512 */
    int http_connections_per_address_max; /* default 64 */
    int keeper_period_s;                  /* between two rounds of the keeper; default 5 */
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
