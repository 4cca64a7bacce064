#include "support.h"

#include <ogg/ogg.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "storage/index/details.h"
#include "storage/seal/keys.h"
#include "tools/recorderctl/command.h"

enum { ARGUMENTS_MAX = 24, AUDIO_PACKETS = 100, PACKET_48K = 960 };

int ctl_set_up_empty(void **state)
{
    struct ctl *ctl = calloc(1, sizeof *ctl);

    assert_non_null(ctl);
    (void)strcpy(ctl->directory, "/tmp/unit-ctl-XXXXXX");
    assert_non_null(mkdtemp(ctl->directory));
    (void)snprintf(ctl->config, sizeof ctl->config, "%s/recorder.conf", ctl->directory);
    (void)snprintf(ctl->store, sizeof ctl->store, "%s/store", ctl->directory);
    FILE *file = fopen(ctl->config, "w");
    assert_non_null(file);
    (void)fprintf(file, "store = \"%s\"\nkeeper_period_s = 1\n", ctl->store);
    assert_int_equal(fclose(file), 0);
    *state = ctl;
    return 0;
}

static struct index *open_index(const struct ctl *ctl)
{
    char path[128];
    struct index *index = NULL;
    struct fault fault = {0};

    (void)snprintf(path, sizeof path, "%s/index.sqlite", ctl->store);
    if (index_open(path, &index, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    return index;
}

int ctl_set_up(void **state)
{
    struct customer customer;

    (void)ctl_set_up_empty(state);
    struct ctl *ctl = *state;
    assert_int_equal(ctl_run(ctl, "init", NULL), 0);
    assert_int_equal(ctl_run(ctl, "customer", "add", CTL_CUSTOMER, "--name", "Nordlys", NULL), 0);
    struct index *index = open_index(ctl);
    assert_int_equal(customers_find(index, CTL_CUSTOMER, &customer, NULL), STATUS_OK);
    index_close(index);
    ctl->customer = customer.id;
    return 0;
}

int ctl_tear_down(void **state)
{
    struct ctl *ctl = *state;
    char command[128];

    (void)snprintf(command, sizeof command, "rm -rf '%s'", ctl->directory);
    int result = system(command); /* NOLINT: a name of our own making */
    free(ctl->out);
    free(ctl->err);
    free(ctl);
    return result;
}

int ctl_run(struct ctl *ctl, ...)
{
    char *arguments[ARGUMENTS_MAX] = {"recorderctl", "--config", ctl->config};
    int count = 3;
    size_t out_bytes = 0;
    size_t err_bytes = 0;
    va_list list;

    va_start(list, ctl);
    while ((arguments[count] = va_arg(list, char *)) != NULL) {
        count++;
        assert_true(count < ARGUMENTS_MAX);
    }
    va_end(list);
    free(ctl->out);
    free(ctl->err);
    FILE *out = open_memstream(&ctl->out, &out_bytes);
    FILE *err = open_memstream(&ctl->err, &err_bytes);
    assert_true(out && err);
    ctl->code = command_main(count, arguments, out, err);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(fclose(err), 0);
    return ctl->code;
}

json_t *ctl_json(const struct ctl *ctl)
{
    json_error_t error;
    json_t *value = json_loads(ctl->out, 0, &error);

    if (!value)
        fail_msg("not JSON: %s in: %s", error.text, ctl->out);
    assert_string_equal(ctl->err, "");
    return value;
}

void ctl_expect_error(const struct ctl *ctl, const char *part)
{
    const char *line_end = strchr(ctl->err, '\n');

    assert_string_equal(ctl->out, "");
    if (strncmp(ctl->err, "recorderctl: ", 13) != 0 || !line_end || line_end[1] ||
        !strchr(ctl->err, ';'))
        fail_msg("not one line of what, why and what to do: %s", ctl->err);
    if (!strstr(ctl->err, part))
        fail_msg("no '%s' in: %s", part, ctl->err);
}

int64_t ctl_sql(const struct ctl *ctl, const char *sql)
{
    char path[128];
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    int64_t value = 0;

    (void)snprintf(path, sizeof path, "%s/index.sqlite", ctl->store);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s", sqlite3_errmsg(db));
    if (sqlite3_step(statement) == SQLITE_ROW)
        value = sqlite3_column_int64(statement, 0);
    (void)sqlite3_finalize(statement);
    (void)sqlite3_close(db);
    return value;
}

static void append_page(struct recording_writer *writer, const ogg_page *page)
{
    uint8_t whole[65536];

    memcpy(whole, page->header, (size_t)page->header_len);
    memcpy(whole + page->header_len, page->body, (size_t)page->body_len);
    assert_int_equal(recording_writer_append(writer, whole,
                                             (size_t)(page->header_len + page->body_len),
                                             ogg_page_granulepos(page)),
                     STATUS_OK);
}

static void add_packet(ogg_stream_state *stream, struct recording_writer *writer, const void *data,
                       size_t bytes, int64_t granule)
{
    ogg_packet packet = {.packet = (unsigned char *)(uintptr_t)data,
                         .bytes = (long)bytes,
                         .granulepos = granule,
                         .b_o_s = granule < 0};
    ogg_page page;

    packet.granulepos = granule < 0 ? 0 : granule;
    assert_int_equal(ogg_stream_packetin(stream, &packet), 0);
    if (granule <= 0 || granule % (PACKET_48K * 50) == 0) {
        while (ogg_stream_flush(stream, &page))
            append_page(writer, &page);
    }
}

/* OpusHead, OpusTags and two seconds of packets, a page a second. What is in a packet is no
 * matter to the store. */
static void write_audio(struct recording_writer *writer)
{
    static const char head[] =
        "OpusHead\x01\x02\x00\x00\x40\x1f\x00\x00\x00\x00\x01\x02\x00\x00\x01";
    static const char tags[] = "OpusTags\x04\x00\x00\x00test\x00\x00\x00";
    uint8_t audio[60];
    ogg_stream_state stream;

    assert_int_equal(ogg_stream_init(&stream, 7), 0);
    add_packet(&stream, writer, head, sizeof head - 1, -1);
    add_packet(&stream, writer, tags, sizeof tags, 0);
    for (int i = 1; i <= AUDIO_PACKETS; i++) {
        memset(audio, i, sizeof audio);
        add_packet(&stream, writer, audio, sizeof audio, (int64_t)i * PACKET_48K);
    }
    (void)ogg_stream_clear(&stream);
}

static struct index_recording make_row(const struct ctl *ctl, const struct ctl_recording *recording,
                                       wall_time started)
{
    struct index_recording row = {.id = recording->id,
                                  .customer = ctl->customer,
                                  .started = started,
                                  .direction = CALL_IN,
                                  .caller = {.number = "+4570000000", .name = "Evil\033[2J\xff"},
                                  .called = {.number = "+4588303080"},
                                  .sip_call_id = "call-1",
                                  .source_address = "127.0.0.1",
                                  .node = "test"};

    recording_path(row.id, started, row.path);
    return row;
}

static void finish_file(const struct ctl *ctl, struct recording_writer *writer,
                        struct index_recording *row)
{
    char keys[128];
    char *json = NULL;
    struct signer *signer = NULL;
    struct recording_summary summary;
    struct fault fault = {0};
    const struct index_fact fact = {100, 200, 0, "lost", 5, "four in a row"};

    row->state = RECORDING_STATE_SEALED;
    row->ended.ns = row->started.ns + 2 * CLOCK_NS_PER_S;
    row->duration_ms = 2000;
    (void)strcpy(row->end_cause, "bye");
    row->legs = 2;
    row->leg[0] = (struct index_leg){.label = "96",
                                     .codec = "PCMA",
                                     .packets_received = 95,
                                     .sound = {921, 439, 1234, 12000, 4000}};
    row->measured = true;
    row->talk_over_ms = 860;
    row->leg[1] = (struct index_leg){.right = true, .label = "97", .codec = "PCMU"};
    (void)strcpy(row->leg[0].party.number, row->caller.number);
    /* without the caller's name: it is not UTF-8, and the JSON says null for that */
    assert_int_equal(details_write(row, NULL, &fact, 1, &json), STATUS_OK);
    (void)snprintf(keys, sizeof keys, "%s/keys", ctl->store);
    assert_int_equal(signer_open(&disk_system, keys, "ingest", &signer, &fault), STATUS_OK);
    const struct recording_section section = {SECTION_DETAILS, (uint8_t *)json, strlen(json)};
    const struct recording_finish finish = {.state = RECORDING_STATE_SEALED,
                                            .ended = row->ended,
                                            .ended_mono = clock_mono_now(),
                                            .duration_ms = 2000,
                                            .sections = 1,
                                            .section = &section};
    if (recording_writer_finish(writer, &finish, signer, &summary, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    row->audio_bytes = summary.audio_bytes;
    memcpy(row->sha256_cipher, summary.sha256_cipher, 32);
    memcpy(row->sha256_plain, summary.sha256_plain, 32);
    signer_close(signer);
    free(json);
}

static struct recording_writer *create_file(const struct ctl *ctl,
                                            const struct index_recording *row)
{
    char keys_path[128];
    struct public_keys *keys = NULL;
    struct customer_key key;
    struct recording_writer *writer = NULL;
    struct fault fault = {0};

    (void)snprintf(keys_path, sizeof keys_path, "%s/keys", ctl->store);
    assert_int_equal(public_keys_open(&disk_system, keys_path, &keys, NULL), STATUS_OK);
    assert_int_equal(public_keys_customer(keys, row->customer, row->started, &key, NULL),
                     STATUS_OK);
    public_keys_close(keys);
    const struct recording_writer_spec spec = {.disk = &disk_system,
                                               .recording = row->id,
                                               .customer = row->customer,
                                               .created = row->started,
                                               .created_mono = clock_mono_now(),
                                               .key = &key};
    if (recording_writer_create(ctl->store, &spec, &writer, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    write_audio(writer);
    assert_int_equal(recording_writer_document(writer, 0, "INVITE", "application/rs-metadata+xml",
                                               (const uint8_t *)"<recording/>", 12),
                     STATUS_OK);
    assert_int_equal(
        recording_writer_document(writer, 700, "UPDATE", "a/b", (const uint8_t *)"<not xml", 8),
        STATUS_OK);
    if (recording_writer_flush(writer, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    recording_writer_confirm(writer);
    return writer;
}

static void insert_row(const struct ctl *ctl, const struct index_recording *row)
{
    struct index *index = open_index(ctl);
    struct fault fault = {0};

    if (recordings_insert(index, row, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    index_close(index);
}

static void finish_row(const struct ctl *ctl, const struct index_recording *row)
{
    const struct index_fact fact = {100, 200, 0, "lost", 5, "four in a row"};
    struct index *index = open_index(ctl);
    struct fault fault = {0};

    if (recordings_finish(index, row, &fact, 1, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    index_close(index);
}

static struct ctl_recording record(struct ctl *ctl, enum ctl_end end, int64_t age_s,
                                   struct uuid owner_due)
{
    wall_time started = {clock_wall_now().ns - age_s * CLOCK_NS_PER_S};
    struct ctl_recording recording = {.id = uuid_new(started)};

    started = clock_wall_from_us(clock_wall_us(started));
    struct index_recording row = make_row(ctl, &recording, started);
    row.owner_due = owner_due;
    uuid_format(recording.id, recording.id_text);
    (void)snprintf(recording.path, sizeof recording.path, "%s/%s", ctl->store, row.path);
    if (end != CTL_WITHOUT_FILE)
        recording.writer = create_file(ctl, &row);
    if (end != CTL_WITHOUT_ROW)
        insert_row(ctl, &row);
    if (end == CTL_SEALED || end == CTL_ROW_BEHIND || end == CTL_WITHOUT_ROW)
        finish_file(ctl, recording.writer, &row);
    if (end == CTL_SEALED)
        finish_row(ctl, &row);
    if (end != CTL_ALIVE) {
        recording_writer_destroy(recording.writer);
        recording.writer = NULL;
    }
    return recording;
}

struct ctl_recording ctl_record(struct ctl *ctl, enum ctl_end end, int64_t age_s)
{
    return record(ctl, end, age_s, (struct uuid){{0}});
}

void ctl_seal(struct ctl *ctl, struct ctl_recording *recording)
{
    int64_t started_us = ctl_sql(ctl, "SELECT started_us FROM recordings");
    struct index_recording row = make_row(ctl, recording, clock_wall_from_us(started_us));

    finish_file(ctl, recording->writer, &row);
    recording_writer_destroy(recording->writer);
    recording->writer = NULL;
}

struct ctl_recording ctl_record_due(struct ctl *ctl, enum ctl_end end, struct uuid owner_due)
{
    return record(ctl, end, 60, owner_due);
}

int64_t ctl_round(struct ctl *ctl, int code, const char *name)
{
    int exit_code = ctl_run(ctl, "--json", "keeper", "--once", NULL);

    if (exit_code != code)
        fail_msg("exit %d: %s%s", exit_code, ctl->out, ctl->err);
    json_t *value = ctl_json(ctl);
    int64_t count = json_integer_value(json_object_get(value, name));
    json_decref(value);
    return count;
}

const char *ctl_state(const struct ctl *ctl, const struct ctl_recording *recording)
{
    struct index_recording row;
    struct index *index = open_index(ctl);

    assert_int_equal(recordings_get(index, recording->id, NULL, &row, NULL), STATUS_OK);
    index_close(index);
    return recording_state_name(row.state);
}
