#include "tools/callgen/report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

enum { TIME_BYTES = 32 };

static const char *const channel_name[INVITE_STREAMS] = {"left", "right"};

/* RFC 3339 in UTC with microseconds. */
static void format_time(wall_time time, char text[static TIME_BYTES])
{
    int64_t us = clock_wall_us(time);
    time_t seconds = (time_t)(us / 1000000);
    struct tm parts;
    gmtime_r(&seconds, &parts);
    size_t used = strftime(text, TIME_BYTES, "%Y-%m-%dT%H:%M:%S", &parts);
    (void)snprintf(text + used, TIME_BYTES - used, ".%06dZ", (int)(us % 1000000));
}

static json_t *time_json(wall_time time)
{
    char text[TIME_BYTES];
    if (time.ns == 0) {
        return json_null();
    }
    format_time(time, text);
    return json_string(text);
}

static void payload_name(const struct call *call, unsigned stream, char *name, size_t name_bytes)
{
    (void)snprintf(name, name_bytes, "%u-%s.%s", call->index, channel_name[stream],
                   call->world->options->codec->suffix);
}

/* Indices of the packets whose marks, under the mask, are these. */
static json_t *marked(const struct plan *plan, unsigned mask, unsigned marks)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < plan->packets; i++) {
        if ((plan->marks[i] & mask) == marks) {
            json_array_append_new(list, json_integer(i));
        }
    }
    return list;
}

static json_t *payload_json(const struct call *call, unsigned index)
{
    char name[64];
    if (call->world->options->sent_dir == NULL) {
        return json_null();
    }
    payload_name(call, index, name, sizeof(name));
    return json_string(name);
}

static json_t *stream_json(const struct call *call, unsigned index)
{
    const struct sender_stream *stream = &call->media.stream[index];
    const struct plan *plan = &stream->plan;
    return json_pack(
        "{ss ss ss sI si sI si si sI so so so so si so so}", "label",
        call->world->options->label[index], "channel", channel_name[index], "codec",
        call->world->options->codec->name, "ssrc", (json_int_t)stream->ssrc, "first_sequence",
        (int)stream->first_sequence, "first_timestamp", (json_int_t)stream->first_timestamp,
        "ptime_ms", PLAN_PACKET_MS, "packets_planned", (int)plan->packets, "packets_sent",
        (json_int_t)stream->packets_sent, "withheld", marked(plan, PLAN_WITHHELD, PLAN_WITHHELD),
        "duplicated", marked(plan, PLAN_SENT_TWICE, PLAN_SENT_TWICE), "reordered",
        marked(plan, PLAN_REORDERED | PLAN_SENT, PLAN_REORDERED | PLAN_SENT), "unsent",
        marked(plan, PLAN_WITHHELD | PLAN_SENT, 0), "send_errors", (int)stream->send_errors,
        "first_sent_at", time_json(stream->first_sent), "payload_file", payload_json(call, index));
}

static json_t *call_json(const struct call *call)
{
    json_t *streams = json_array();
    for (unsigned i = 0; i < INVITE_STREAMS; i++) {
        json_array_append_new(streams, stream_json(call, i));
    }
    return json_pack("{si ss ss ss ss ss si so so so so so}", "index", (int)call->index, "call_id",
                     call->dialog.call_id, "caller", call->offer.party[0].number, "called",
                     call->offer.party[1].number, "result", call_result_name(call->result),
                     "detail", call->detail, "answer_code", (int)call->answer_code, "invite_at",
                     time_json(call->invite_at), "answered_at", time_json(call->answered_at),
                     "bye_at", time_json(call->bye_at), "ended_at", time_json(call->ended_at),
                     "streams", streams);
}

static json_t *run_json(const struct call_world *world, const struct call *calls,
                        uint32_t call_count)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < call_count; i++) {
        json_array_append_new(list, call_json(&calls[i]));
    }
    char peer[ADDRESS_TEXT_BYTES];
    address_format(transport_peer(world->transport), true, peer);
    return json_pack("{ss ss sI sf so}", "to", peer, "transport",
                     world->options->tcp ? "tcp" : "udp", "seed", (json_int_t)world->options->seed,
                     "late_ms_max", sender_late_ms_max(world->sender), "calls", list);
}

static enum status dump_to_file(const json_t *json, const char *path, struct fault *fault)
{
    char part[BOUND_PATH_BYTES];
    int length = snprintf(part, sizeof(part), "%s.part", path);
    if (length < 0 || (size_t)length >= sizeof(part)) {
        return fault_set(fault, STATUS_IO, ENAMETOOLONG, "write report %s", path);
    }
    if (json_dump_file(json, part, JSON_INDENT(1)) != 0 || rename(part, path) != 0) {
        enum status status = fault_set(fault, STATUS_IO, errno, "write report %s", path);
        (void)unlink(part);
        return status;
    }
    return STATUS_OK;
}

enum status report_write(const struct call_world *world, const struct call *calls,
                         uint32_t call_count, const char *path, struct fault *fault)
{
    enum status status = STATUS_OK;
    json_t *json = run_json(world, calls, call_count);
    if (json == NULL) {
        return fault_set(fault, STATUS_NOMEM, 0, "memory for the report");
    }
    if (strcmp(path, "-") != 0) {
        status = dump_to_file(json, path, fault);
    } else if (json_dumpf(json, stdout, JSON_INDENT(1)) != 0 || puts("") < 0) {
        status = fault_set(fault, STATUS_IO, errno, "write report");
    }
    json_decref(json);
    return status;
}

static enum status write_stream(const struct call *call, unsigned index, const char *path,
                                struct fault *fault)
{
    const struct sender_stream *stream = &call->media.stream[index];
    FILE *file = fopen(path, "we");
    if (file == NULL) {
        return fault_set(fault, STATUS_IO, errno, "%s", path);
    }
    bool good = true;
    for (uint32_t i = 0; i < stream->plan.packets && good; i++) {
        const struct sound_payload *payload =
            sound_loop_packet(stream->loop, stream->loop_offset, i);
        good = fwrite(payload->octet, payload->bytes, 1, file) == 1;
    }
    if (fclose(file) != 0 || !good) {
        return fault_set(fault, STATUS_IO, errno, "write %s", path);
    }
    return STATUS_OK;
}

enum status report_write_sent(const struct call *calls, uint32_t call_count, const char *directory,
                              struct fault *fault)
{
    if (mkdir(directory, 0777) != 0 && errno != EEXIST) {
        return fault_set(fault, STATUS_IO, errno, "make %s", directory);
    }
    for (uint32_t i = 0; i < call_count; i++) {
        for (unsigned stream = 0; stream < INVITE_STREAMS; stream++) {
            char name[64];
            char path[BOUND_PATH_BYTES];
            payload_name(&calls[i], stream, name, sizeof(name));
            int length = snprintf(path, sizeof(path), "%s/%s", directory, name);
            if (length < 0 || (size_t)length >= sizeof(path)) {
                return fault_set(fault, STATUS_IO, ENAMETOOLONG, "write into %s", directory);
            }
            enum status status = write_stream(&calls[i], stream, path, fault);
            if (status != STATUS_OK) {
                return status;
            }
        }
    }
    return STATUS_OK;
}
