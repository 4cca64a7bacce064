#include "web/api/api.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "web/api/answer.h"
#include "web/api/audio_routes.h"
#include "web/api/control_routes.h"
#include "web/api/origin.h"
#include "web/api/recording_routes.h"
#include "web/api/session_routes.h"

static const struct route routes[] = {
    {"POST", "/api/v1/session", session_routes_sign_in, false},
    {"GET", "/api/v1/session", session_routes_show, true},
    {"DELETE", "/api/v1/session", session_routes_sign_out, false},
    {"GET", "/api/v1/recordings", recording_routes_list, true},
    {"GET", "/api/v1/recordings/{id}", recording_routes_show, true},
    {"GET", "/api/v1/recordings/{id}/facts", recording_routes_facts, true},
    {"GET", "/api/v1/recordings/{id}/peaks", recording_routes_peaks, true},
    {"GET", "/api/v1/recordings/{id}/audio", audio_routes_play, true},
    {"POST", "/api/v1/recordings/{id}/pause", control_routes_pause, true},
    {"POST", "/api/v1/recordings/{id}/resume", control_routes_resume, true},
};

enum status api_match(struct exchange *exchange)
{
    enum status status = router_match(routes, sizeof routes / sizeof routes[0], exchange->method,
                                      exchange->path, &exchange->match);

    if (status == STATUS_UNSUPPORTED) {
        answer_problem(exchange, PROBLEM_WRONG_METHOD, NULL, NULL);
        answer_header(exchange, MHD_HTTP_HEADER_ALLOW, exchange->match.allow);
    } else if (status != STATUS_OK) {
        answer_problem(exchange, PROBLEM_NO_ROUTE, NULL, NULL);
    }
    return status;
}

void api_run(struct api *api, struct lazy_index *lazy, struct exchange *exchange)
{
    struct index *index = NULL;
    struct fault fault = {0};

    if (!exchange_reads(exchange) &&
        !origin_is_ours(exchange_header(exchange, "Origin"), exchange_header(exchange, "Host"))) {
        answer_problem(exchange, PROBLEM_FOREIGN_ORIGIN, NULL, NULL);
        return;
    }
    enum status status = lazy_index_get(lazy, &index, &fault);
    if (status != STATUS_OK) {
        answer_failure(exchange, status, &fault, "open the index");
        return;
    }
    status = session_routes_identify(api, index, exchange, &fault);
    if (status != STATUS_OK)
        answer_failure(exchange, status, &fault, "find a session");
    else if (exchange->match.route->needs_session && !exchange->signed_in)
        answer_problem(exchange, PROBLEM_NOT_SIGNED_IN, NULL, NULL);
    else
        exchange->match.route->handler(api, index, exchange);
}

struct audit_entry api_entry(const struct exchange *exchange, const struct customer *customer,
                             const char *action, const char *detail,
                             char actor[static API_ACTOR_BYTES])
{
    if (customer)
        (void)snprintf(actor, API_ACTOR_BYTES, "customer:%s", customer->number);
    else
        (void)snprintf(actor, API_ACTOR_BYTES, "unknown");
    return (struct audit_entry){
        .at = clock_wall_now(),
        .actor = actor,
        .action = action,
        .address = exchange->address,
        .detail = detail,
    };
}
