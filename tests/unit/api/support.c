#include "support.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <ftw.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>
#include <sqlite3.h>

#include "base/log.h"
#include "storage/index/audit.h"
#include "storage/index/customers.h"
#include "storage/recording/writer.h"
#include "storage/seal/keys.h"
#include "storage/seal/sign_in.h"

enum { PAGE_BYTES = 6000, BODY_BYTES_MAX = 64 * 1024 * 1024 };

static void must(enum status status, const struct fault *fault)
{
    if (status != STATUS_OK)
        fail_msg("%s: %s", status_name(status), fault->text);
}

static char *below(const struct fixture *fixture, const char *name)
{
    char *path = NULL;

    assert_true(asprintf(&path, "%s/%s", fixture->directory, name) > 0);
    return path;
}

static void add_customer(struct fixture *fixture, struct fixture_customer *customer,
                         const char *number)
{
    struct index *index = NULL;
    struct private_keys *keys = NULL;
    struct customer row = {.name = "A customer", .created = clock_wall_now()};
    char hash[crypto_pwhash_STRBYTES];
    struct sign_in_key *sign_in = NULL;
    struct sealed_pin pin;
    char month[KEY_MONTH_BYTES];
    struct fault fault = {0};

    customer->id = row.id = uuid_new(clock_wall_now());
    (void)snprintf(customer->number, sizeof customer->number, "%s", number);
    (void)snprintf(row.number, sizeof row.number, "%s", number);
    assert_int_equal(crypto_pwhash_str(hash, FIXTURE_PIN, strlen(FIXTURE_PIN),
                                       crypto_pwhash_OPSLIMIT_MIN, crypto_pwhash_MEMLIMIT_MIN),
                     0);
    must(index_open(fixture->index_path, &index, &fault), &fault);
    must(sign_in_open(&disk_system, fixture->config.keys, &sign_in, &fault), &fault);
    sign_in_seal_pin(sign_in, row.id, row.number, hash, &pin);
    sign_in_close(sign_in);
    must(customers_add(index, &row, &pin, &fault), &fault);
    index_close(index);
    must(private_keys_open(&disk_system, fixture->config.keys, fixture->config.master_key, &keys,
                           &fault),
         &fault);
    keys_month(clock_wall_now(), month);
    must(private_keys_make_month(keys, customer->id, month, &fault), &fault);
    private_keys_close(keys);
}

static void write_portal(const struct fixture *fixture)
{
    char path[2 * FIXTURE_PATH_BYTES];

    (void)snprintf(path, sizeof path, "%s/assets", fixture->config.portal);
    assert_int_equal(mkdir(fixture->config.portal, 0700), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    (void)snprintf(path, sizeof path, "%s/index.html", fixture->config.portal);
    FILE *page = fopen(path, "w");
    assert_true(page && fputs("<!doctype html>", page) >= 0 && fclose(page) == 0);
    (void)snprintf(path, sizeof path, "%s/assets/app-ABCD2345.js", fixture->config.portal);
    FILE *script = fopen(path, "w");
    assert_true(script && fputs("export {};", script) >= 0 && fclose(script) == 0);
}

void fixture_restart(struct fixture *fixture)
{
    struct fault fault = {0};

    service_stop(fixture->service);
    fixture->service = NULL;
    must(service_start(&fixture->config, &fixture->service, &fault), &fault);
    fixture->port = service_port(fixture->service);
}

int fixture_set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct fault fault = {0};

    if (!fixture || sodium_init() < 0)
        return -1;
    log_open("test", LOG_ERROR + 1);
    (void)strcpy(fixture->directory, "/tmp/unit-api-XXXXXX");
    assert_non_null(mkdtemp(fixture->directory));
    (void)snprintf(fixture->index_path, sizeof fixture->index_path, "%s/index.sqlite",
                   fixture->directory);
    fixture->config = (struct config){
        .store = fixture->directory,
        .keys = below(fixture, "keys"),
        .master_key = below(fixture, "keys/master.key"),
        .http_listen = (char *)"127.0.0.1:0",
        .portal = below(fixture, "portal"),
        .http_connections_max = 64,
        .http_connections_per_address_max = 32,
    };
    must(keys_init(&disk_system, fixture->config.keys, fixture->config.master_key, &fault), &fault);
    must(index_create(&disk_system, fixture->index_path, &fault), &fault);
    add_customer(fixture, &fixture->own, "88303080");
    add_customer(fixture, &fixture->other, "77000000");
    write_portal(fixture);
    fixture_restart(fixture);
    *state = fixture;
    return 0;
}

static int remove_entry(const char *path, const struct stat *entry, int kind, struct FTW *place)
{
    (void)entry;
    (void)kind;
    (void)place;
    return remove(path);
}

int fixture_tear_down(void **state)
{
    struct fixture *fixture = *state;

    service_stop(fixture->service);
    (void)nftw(fixture->directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    free(fixture->config.keys);
    free(fixture->config.master_key);
    free(fixture->config.portal);
    free(fixture);
    return 0;
}

uint8_t fixture_audio(size_t position)
{
    return (uint8_t)(position * 31 + (position >> 8) * 7 + (position >> 16));
}

static struct index_recording row_of(const struct fixture_customer *customer, wall_time started)
{
    struct index_recording row = {
        .id = uuid_new(started),
        .customer = customer->id,
        .started = started,
        .state = RECORDING_STATE_RECORDING,
        .direction = CALL_OUT,
        .caller = {.number = "+4588303080", .name = "Kundeservice"},
        .called = {.number = "+4512345678"},
        .sip_call_id = "call",
        .node = "test",
    };

    recording_path(row.id, started, row.path);
    return row;
}

struct uuid fixture_ring(struct fixture *fixture, const struct fixture_customer *customer,
                         wall_time started)
{
    return fixture_ring_on(fixture, customer, started, "");
}

struct uuid fixture_ring_on(struct fixture *fixture, const struct fixture_customer *customer,
                            wall_time started, const char *call_reference)
{
    struct index_recording row = row_of(customer, started);
    struct index *index = NULL;
    struct fault fault = {0};

    (void)snprintf(row.call_reference, sizeof row.call_reference, "%s", call_reference);
    must(index_open(fixture->index_path, &index, &fault), &fault);
    must(recordings_find_conversation(index, &row, &fault), &fault);
    must(recordings_insert(index, &row, &fault), &fault);
    index_close(index);
    return row.id;
}

static void append_audio(struct recording_writer *writer, size_t audio_bytes)
{
    uint8_t page[PAGE_BYTES];
    struct fault fault = {0};

    for (size_t done = 0; done < audio_bytes;) {
        size_t count = audio_bytes - done < PAGE_BYTES ? audio_bytes - done : PAGE_BYTES;
        for (size_t i = 0; i < count; i++)
            page[i] = fixture_audio(done + i);
        must(recording_writer_append(writer, page, count, (int64_t)(done + count)), &fault);
        done += count;
        must(recording_writer_flush(writer, &fault), &fault);
        recording_writer_confirm(writer);
    }
}

/* Write and seal the file of a row; fills in what its footer says. */
static void write_file(const struct fixture *fixture, struct index_recording *row,
                       size_t audio_bytes, size_t pixels)
{
    struct public_keys *keys = NULL;
    struct signer *signer = NULL;
    struct recording_writer *writer = NULL;
    struct recording_summary summary;
    struct customer_key key;
    uint8_t *peaks = calloc(pixels + 1, 8);
    struct fault fault = {0};

    for (size_t i = 0; i < 8 * pixels; i++)
        peaks[i] = (uint8_t)(i % 4 + (i < 4 * pixels ? 0 : 10));
    must(public_keys_open(&disk_system, fixture->config.keys, &keys, &fault), &fault);
    must(signer_open(&disk_system, fixture->config.keys, "ingest", &signer, &fault), &fault);
    must(public_keys_customer(keys, row->customer, row->started, &key, &fault), &fault);
    struct recording_writer_spec spec = {
        .disk = &disk_system,
        .recording = row->id,
        .customer = row->customer,
        .created = row->started,
        .created_mono = clock_mono_now(),
        .key = &key,
    };
    must(recording_writer_create(fixture->directory, &spec, &writer, &fault), &fault);
    append_audio(writer, audio_bytes);
    struct recording_section sections[] = {
        {fixture->old_peaks ? SECTION_PEAKS : SECTION_CHANNEL_PEAKS, peaks, 4 * pixels},
        {SECTION_PEAKS, peaks + 4 * pixels, 4 * pixels},
    };
    struct recording_finish finish = {
        .state = RECORDING_STATE_SEALED,
        .ended = clock_wall_from_us(clock_wall_us(row->started) + 5000000),
        .ended_mono = clock_mono_now(),
        .duration_ms = 5000,
        .sections = pixels ? 1 + (size_t)fixture->leg_peaks : 0,
        .section = sections,
    };
    must(recording_writer_finish(writer, &finish, signer, &summary, &fault), &fault);
    recording_writer_destroy(writer);
    row->state = summary.state;
    row->ended = summary.ended;
    row->duration_ms = summary.duration_ms;
    row->audio_bytes = summary.audio_bytes;
    signer_close(signer);
    public_keys_close(keys);
    free(peaks);
}

struct uuid fixture_record(struct fixture *fixture, const struct fixture_customer *customer,
                           wall_time started, size_t audio_bytes, size_t pixels)
{
    static const struct index_fact fact = {
        .start_ms = 100, .end_ms = 120, .leg = 1, .cause = "lost", .count = 1, .detail = "why"};
    struct index_recording row = row_of(customer, started);
    struct index *index = NULL;
    struct fault fault = {0};

    must(index_open(fixture->index_path, &index, &fault), &fault);
    must(recordings_insert(index, &row, &fault), &fault);
    write_file(fixture, &row, audio_bytes, pixels);
    row.legs = 2;
    row.leg[0] = (struct index_leg){
        .label = "1", .party = row.caller, .codec = "PCMA", .sound = {921, 439, 1234, 12000, 4000}};
    row.measured = true;
    row.talk_over_ms = 860;
    row.leg[1] = (struct index_leg){
        .label = "2", .codec = "PCMU", .packets_ignored = 7, .packets_refused = 8};
    row.leg[1].right = !fixture->one_side;
    must(recordings_finish(index, &row, &fact, 1, &fault), &fault);
    index_close(index);
    return row.id;
}

void fixture_path(const struct fixture *fixture, struct uuid id, wall_time started, char *path,
                  size_t path_bytes)
{
    char inside[BOUND_PATH_BYTES];

    recording_path(id, started, inside);
    (void)snprintf(path, path_bytes, "%s/%s", fixture->directory, inside);
}

void fixture_flip(const char *path, long position)
{
    FILE *file = fopen(path, "r+");

    assert_non_null(file);
    assert_int_equal(fseek(file, position, position < 0 ? SEEK_END : SEEK_SET), 0);
    int byte = fgetc(file);
    assert_int_not_equal(byte, EOF);
    assert_int_equal(fseek(file, -1, SEEK_CUR), 0);
    assert_int_not_equal(fputc(byte ^ 1, file), EOF);
    assert_int_equal(fclose(file), 0);
}

struct audit_search {
    const char *action;
    unsigned count;
    char *detail;
    size_t detail_bytes;
};

static void look_at(void *context, const struct audit_entry *entry)
{
    struct audit_search *search = context;

    if (strcmp(entry->action, search->action) != 0)
        return;
    search->count++;
    if (search->detail)
        (void)snprintf(search->detail, search->detail_bytes, "%s %s %s", entry->actor,
                       entry->address, entry->detail);
}

unsigned fixture_audit(const struct fixture *fixture, const char *action, char *detail,
                       size_t detail_bytes)
{
    struct audit_search search = {action, 0, detail, detail_bytes};
    struct index *index = NULL;
    struct fault fault = {0};

    must(index_open(fixture->index_path, &index, &fault), &fault);
    must(audit_list(index, 0, 10000, look_at, &search, &fault), &fault);
    index_close(index);
    return search.count;
}

void fixture_sql(const struct fixture *fixture, const char *sql)
{
    sqlite3 *database = NULL;

    assert_int_equal(sqlite3_open(fixture->index_path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(database), SQLITE_OK);
}

void fixture_mix(const struct fixture *fixture, struct uuid conversation)
{
    char sql[128] = "UPDATE recordings SET conversation = x'";
    size_t used = strlen(sql);

    for (size_t i = 0; i < sizeof conversation.b; i++)
        used += (size_t)snprintf(sql + used, sizeof sql - used, "%02x", conversation.b[i]);
    (void)snprintf(sql + used, sizeof sql - used, "'");
    fixture_sql(fixture, sql);
}

void fixture_deny_audit(const struct fixture *fixture)
{
    fixture_sql(fixture, "CREATE TRIGGER denied BEFORE INSERT ON audit"
                         " BEGIN SELECT RAISE(ABORT, 'denied'); END;");
}

/* --- HTTP ------------------------------------------------------------------------------------- */

int http_connect(const struct fixture *fixture)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(fixture->port),
        .sin_addr = {htonl(INADDR_LOOPBACK)},
    };
    struct timeval patience = {.tv_sec = 20};
    int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(connection >= 0);
    assert_int_equal(setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience),
                     0);
    assert_int_equal(connect(connection, (struct sockaddr *)&address, sizeof address), 0);
    return connection;
}

/* Byte by byte up to the empty line, so that nothing of the body is taken. */
static bool read_head(int connection, struct reply *reply)
{
    size_t used = 0;

    while (used + 1 < sizeof reply->head) {
        if (recv(connection, reply->head + used, 1, 0) != 1)
            return false;
        reply->head[++used] = '\0';
        if (used >= 4 && strcmp(reply->head + used - 4, "\r\n\r\n") == 0)
            return true;
    }
    return false;
}

const char *reply_field(const struct reply *reply, const char *name, char *value,
                        size_t value_bytes)
{
    const char *line = reply->head;

    while ((line = strstr(line, "\r\n"))) {
        line += 2;
        if (strncasecmp(line, name, strlen(name)) != 0 || line[strlen(name)] != ':')
            continue;
        line += strlen(name) + 1;
        line += strspn(line, " ");
        (void)snprintf(value, value_bytes, "%.*s", (int)strcspn(line, "\r"), line);
        return value;
    }
    return NULL;
}

struct reply http_read(int connection, bool head_only)
{
    struct reply reply = {0};
    char length[32];

    if (!read_head(connection, &reply))
        return reply;
    reply.status = atoi(reply.head + strlen("HTTP/1.1 "));
    if (head_only || reply.status == 204 || reply.status == 304 ||
        !reply_field(&reply, "Content-Length", length, sizeof length))
        return reply;
    size_t expected = strtoul(length, NULL, 10);
    assert_true(expected < BODY_BYTES_MAX);
    reply.body = calloc(1, expected + 1);
    while (reply.body_bytes < expected) {
        ssize_t count =
            recv(connection, reply.body + reply.body_bytes, expected - reply.body_bytes, 0);
        if (count <= 0) {
            reply.cut = true;
            break;
        }
        reply.body_bytes += (size_t)count;
    }
    return reply;
}

void reply_free(struct reply *reply)
{
    free(reply->body);
    reply->body = NULL;
}

static void send_all(int connection, const char *text, size_t count)
{
    while (count > 0) {
        ssize_t sent = send(connection, text, count, MSG_NOSIGNAL);
        if (sent <= 0)
            return; /* the server hung up; its answer tells why */
        text += sent;
        count -= (size_t)sent;
    }
}

struct reply http_send(const struct fixture *fixture, const char *method, const char *target,
                       const char *fields, const char *body)
{
    char *head = NULL;
    char length[64] = "";
    int connection = http_connect(fixture);

    if (body)
        (void)snprintf(length, sizeof length, "Content-Length: %zu\r\n", strlen(body));
    int count = asprintf(&head, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n%s%s\r\n", method, target,
                         fixture->port, fields, length);
    assert_true(count > 0);
    send_all(connection, head, (size_t)count);
    if (body)
        send_all(connection, body, strlen(body));
    struct reply reply = http_read(connection, strcmp(method, "HEAD") == 0);
    free(head);
    (void)close(connection);
    return reply;
}

struct reply http_get(const struct fixture *fixture, const struct fixture_customer *customer,
                      const char *fields, const char *format, ...)
{
    char target[512];
    char all[1024];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(target, sizeof target, format, args);
    va_end(args);
    (void)snprintf(all, sizeof all, "%s%s", customer ? customer->cookie : "", fields);
    return http_send(fixture, "GET", target, all, NULL);
}

void fixture_sign_in(struct fixture *fixture, struct fixture_customer *customer)
{
    char body[128];
    char cookie[128];

    (void)snprintf(body, sizeof body, "{\"customer\":\"%s\",\"pin\":\"" FIXTURE_PIN "\"}",
                   customer->number);
    struct reply reply =
        http_send(fixture, "POST", "/api/v1/session", "Content-Type: application/json\r\n", body);
    assert_int_equal(reply.status, 204);
    assert_non_null(reply_field(&reply, "Set-Cookie", cookie, sizeof cookie));
    (void)snprintf(customer->cookie, sizeof customer->cookie, "Cookie: %.*s\r\n",
                   (int)strcspn(cookie, ";"), cookie);
    reply_free(&reply);
}

/* --- what tests ask and expect --- */

struct subject record(struct fixture *fixture, struct fixture_customer *customer,
                      size_t audio_bytes, size_t pixels)
{
    struct subject subject = {.started = clock_wall_now()};

    subject.uuid = fixture_record(fixture, customer, subject.started, audio_bytes, pixels);
    uuid_format(subject.uuid, subject.id);
    return subject;
}

struct subject signed_in(struct fixture *fixture, size_t audio_bytes)
{
    fixture_sign_in(fixture, &fixture->own);
    return record(fixture, &fixture->own, audio_bytes, 100);
}

struct reply describe(struct fixture *fixture, const struct subject *subject, const char *method,
                      const char *fields, const char *leaf)
{
    char target[256];
    char all[512];

    (void)snprintf(target, sizeof target, "/api/v1/recordings/%s%s", subject->id, leaf);
    (void)snprintf(all, sizeof all, "%s%s", fixture->own.cookie, fields);
    return http_send(fixture, method, target, all, NULL);
}

struct reply hear(struct fixture *fixture, const struct subject *subject, const char *fields)
{
    return http_get(fixture, &fixture->own, fields, "/api/v1/recordings/%s/audio", subject->id);
}

void expect_problem(struct reply reply, int status, const char *type)
{
    char value[64];
    char wanted[96];

    (void)snprintf(wanted, sizeof wanted, "\"type\":\"/problems/%s\"", type);
    if (reply.status != status || !reply.body || !strstr((char *)reply.body, wanted))
        fail_msg("wanted %d %s, got %s%s", status, type, reply.head,
                 reply.body ? (char *)reply.body : "");
    assert_string_equal(reply_field(&reply, "Content-Type", value, sizeof value),
                        "application/problem+json");
    reply_free(&reply);
}

void expect_field(const struct reply *reply, const char *name, const char *wanted)
{
    char value[256];

    assert_non_null(reply_field(reply, name, value, sizeof value));
    assert_string_equal(value, wanted);
}

void expect_audio(const struct reply *reply, size_t first, size_t count)
{
    if (reply->cut || reply->body_bytes != count)
        fail_msg("%zu of %zu bytes: %s", reply->body_bytes, count, reply->head);
    for (size_t i = 0; i < count; i++) {
        if (reply->body[i] != fixture_audio(first + i))
            fail_msg("byte %zu differs", first + i);
    }
}
