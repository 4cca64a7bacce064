/**
 * exchange: one request and its answer.
 *
 * Owned by one thread at a time: by the HTTP library's while the request is received and the answer
 * sent, by a worker in between, while the connection is suspended; then, where a recorder was asked
 * for something, by the thread that waits for its answer.
 */
#ifndef RECORDER_WEB_API_EXCHANGE_H
#define RECORDER_WEB_API_EXCHANGE_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/bytes.h"
#include "net/address.h"
#include "storage/index/controls.h"
#include "storage/index/customers.h"
#include "storage/index/sessions.h"
#include "web/api/connections.h"
#include "web/api/router.h"

enum { EXCHANGE_METHOD_BYTES = 16 };

struct exchange {
    struct MHD_Connection *connection;
    struct connection *deadline; /* of the connection, may be NULL */
    char method[EXCHANGE_METHOD_BYTES];
    char *path;
    struct bytes body;
    size_t body_refused_bytes; /* that came after the maximum */
    struct sockaddr_storage peer;
    char address[ADDRESS_TEXT_BYTES]; /* of the peer, without its port */

    struct route_match match;
    bool signed_in;
    uint8_t token[SESSION_TOKEN_BYTES]; /* where signed_in */
    struct customer customer;           /* where signed_in */

    struct control asked; /* of a recorder; id 0: nothing was, and it is answered */

    bool started; /* handed to a route; called again, it is answered */
    unsigned status;
    struct MHD_Response *response; /* NULL: no memory for one, close the connection */
};

/** A new request; path is copied. NULL where memory is out. */
struct exchange *exchange_create(struct MHD_Connection *connection, const char *method,
                                 const char *path);

/** Wipes the body. NULL is accepted. */
void exchange_destroy(struct exchange *owned_exchange);

/** Whether it is GET or HEAD. */
bool exchange_reads(const struct exchange *exchange);

/** Whether it is HEAD. */
bool exchange_is_head(const struct exchange *exchange);

/** Value of a header field, borrowed; NULL where it is absent. */
const char *exchange_header(const struct exchange *exchange, const char *name);

/** Value of a cookie, borrowed; NULL where it is absent. */
const char *exchange_cookie(const struct exchange *exchange, const char *name);

/**
 * Value of a query parameter, decoded, borrowed; NULL where it is absent or empty.
 *
 * STATUS_INVALID  it holds a zero byte; *value untouched.
 */
enum status exchange_query(const struct exchange *exchange, const char *name,
                           const char **value) MUST_CHECK;

#endif
