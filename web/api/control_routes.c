#include "web/api/control_routes.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "web/api/answer.h"
#include "web/api/api.h"
#include "web/api/control_body.h"
#include "web/api/origin.h"
#include "web/api/recording_routes.h"

static bool read_body(struct exchange *exchange, bool pause, struct control *control)
{
    const char *reason = NULL;

    if (!origin_media_is_json(exchange_header(exchange, MHD_HTTP_HEADER_CONTENT_TYPE))) {
        answer_problem(exchange, PROBLEM_WRONG_MEDIA_TYPE, NULL, NULL);
        return false;
    }
    if (control_body_parse(exchange->body.data, exchange->body.len, pause, control, &reason) !=
        STATUS_OK) {
        answer_problem(exchange, PROBLEM_BAD_BODY, reason, NULL);
        return false;
    }
    return true;
}

static void answer_refused(struct exchange *exchange, enum status status, const struct fault *fault)
{
    if (status == STATUS_CONFLICT)
        answer_problem(exchange, PROBLEM_NOT_IN_PROGRESS, NULL, NULL);
    else if (status == STATUS_NOT_FOUND)
        answer_problem(exchange, PROBLEM_NO_RECORDING, NULL, NULL);
    else if (status == STATUS_LIMIT)
        answer_retry(exchange, PROBLEM_TOO_MANY_OPEN, 1);
    else
        answer_failure(exchange, status, fault, "ask of a recording");
}

static enum status write_asked(struct index *index, void *job, struct fault *fault)
{
    return controls_ask(index, job, fault);
}

static void ask(struct api *api, struct index *index, struct exchange *exchange, bool pause)
{
    struct control control = {.pause = pause, .asked = clock_wall_now()};
    struct index_recording recording;
    struct fault fault = {0};

    if (!recording_routes_find(index, exchange, &recording) ||
        !read_body(exchange, pause, &control))
        return;
    if (recording.state != RECORDING_STATE_RECORDING) {
        answer_problem(exchange, PROBLEM_NOT_IN_PROGRESS, NULL, NULL);
        return;
    }
    if (!control_waits_reserve(api->waits)) {
        answer_retry(exchange, PROBLEM_OVERLOADED, 1);
        return;
    }
    control.recording = recording.id;
    (void)snprintf(control.actor, sizeof control.actor, "customer:%s", exchange->customer.number);
    text_copy(control.address, sizeof control.address, exchange->address);
    enum status status =
        index_writer_run(api->writer, write_asked, &control, INDEX_BUSY_MS, &fault);
    if (status == STATUS_OK) {
        exchange->asked = control;
        return;
    }
    control_waits_release(api->waits);
    answer_refused(exchange, status, &fault);
}

void control_routes_pause(struct api *api, struct index *index, struct exchange *exchange)
{
    ask(api, index, exchange, true);
}

void control_routes_resume(struct api *api, struct index *index, struct exchange *exchange)
{
    ask(api, index, exchange, false);
}

static json_t *leg_json(enum policy_parties parties)
{
    return parties == POLICY_BOTH ? json_null() : json_string(policy_parties_name(parties));
}

static json_t *done_json(const struct control *asked, int64_t at_ms)
{
    return json_pack("{s:b, s:o, s:I, s:o}", "paused", asked->pause, "leg",
                     leg_json(asked->parties), "at_ms", (json_int_t)at_ms, "limit_s",
                     asked->limit_s ? json_integer(asked->limit_s) : json_null());
}

void control_routes_finish(void *context, void *owned_exchange, enum control_outcome outcome,
                           int64_t at_ms)
{
    struct exchange *exchange = owned_exchange;
    struct MHD_Connection *connection = exchange->connection;

    (void)context;
    switch (outcome) {
    case CONTROL_OUTCOME_DONE:
        answer_json(exchange, MHD_HTTP_OK, done_json(&exchange->asked, at_ms));
        break;
    case CONTROL_OUTCOME_REFUSED:
        answer_problem(exchange, PROBLEM_NOT_IN_PROGRESS, "The recorder refused it", NULL);
        break;
    case CONTROL_OUTCOME_WITHDRAWN:
        answer_problem(exchange, PROBLEM_NOT_TAKEN, NULL, NULL);
        break;
    case CONTROL_OUTCOME_UNKNOWN:
        answer_problem(exchange, PROBLEM_NOT_CONFIRMED, NULL, NULL);
        break;
    }
    MHD_resume_connection(connection);
}
