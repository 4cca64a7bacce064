#include "tools/recorderctl/recordings.h"

#include <stdlib.h>
#include <string.h>

#include "tools/recorderctl/output.h"
#include "tools/recorderctl/recording_json.h"

enum { LIST_DEFAULT = 50, LIST_MAX = 500 };

static const struct output_column recording_columns[] = {
    {"ID", "id"},
    {"CUSTOMER", "customer"},
    {"STARTED", "started_at"},
    {"MS", "duration_ms"},
    {"STATE", "state"},
    {"DIRECTION", "direction"},
    {"CALLER", "caller.number"},
    {"CALLED", "called.number"},
    {NULL, NULL},
};

/* What the options of a list say; query points into it. */
struct selection {
    struct recordings_query query;
    struct customer customer;
    enum recording_state state;
};

static enum exit_code bad_option(struct context *context, const char *name, const char *remedy)
{
    char why[64];

    (void)snprintf(why, sizeof why, "the value of --%s is not understood", name);
    return context_fail(context, EXIT_USAGE, why, remedy);
}

static bool take_time(const struct invocation *invocation, const char *name, bool *given,
                      wall_time *time)
{
    const char *text = command_option(invocation, name);

    *given = text != NULL;
    return !text || clock_parse_rfc3339(text, time) == STATUS_OK;
}

static bool take_state(const char *text, struct selection *selection)
{
    for (int i = RECORDING_STATE_RECORDING; i <= RECORDING_STATE_FAILED; i++) {
        if (strcmp(text, recording_state_name((enum recording_state)i)) == 0) {
            selection->state = (enum recording_state)i;
            selection->query.state = &selection->state;
            return true;
        }
    }
    return false;
}

static bool take_limit(const char *text, size_t *limit)
{
    uint64_t value = 0;

    if (!text)
        return true;
    if (!command_number(text, LIST_MAX, &value) || value == 0)
        return false;
    *limit = (size_t)value;
    return true;
}

static enum exit_code take_options(struct context *context, const struct invocation *invocation,
                                   struct selection *selection)
{
    struct recordings_query *query = &selection->query;
    const char *state = command_option(invocation, "state");
    const char *time_remedy = "write it such as 2026-11-22 or 2026-11-22T14:00:00+01:00";

    query->limit = LIST_DEFAULT;
    query->number = command_option(invocation, "number");
    if (!take_time(invocation, "from", &query->has_from, &query->from))
        return bad_option(context, "from", time_remedy);
    if (!take_time(invocation, "to", &query->has_to, &query->to))
        return bad_option(context, "to", time_remedy);
    if (state && !take_state(state, selection))
        return bad_option(context, "state", "it is recording, sealed, recovered or failed");
    if (!take_limit(command_option(invocation, "limit"), &query->limit))
        return bad_option(context, "limit", "it is a number from 1 to 500");
    return EXIT_DONE;
}

static enum exit_code take_customer(struct context *context, const char *number,
                                    struct selection *selection)
{
    struct fault fault = {0};

    if (!number)
        return EXIT_DONE;
    enum status status = customers_find(context->index, number, &selection->customer, &fault);
    if (status != STATUS_OK)
        return context_fail_status(
            context, status, &fault,
            status == STATUS_NOT_FOUND ? "list them with `recorderctl customer list`" : NULL);
    selection->query.customer = &selection->customer.id;
    return EXIT_DONE;
}

struct gathering {
    json_t *list;
    const struct customer_names *names;
};

static void gather_row(void *context, const struct index_recording *row)
{
    const struct gathering *gathering = context;

    output_append(gathering->list, recording_json_brief(row, gathering->names));
}

static enum exit_code run_list(struct context *context, const struct invocation *invocation)
{
    struct selection selection = {0};
    struct customer_names names;
    struct fault fault = {0};
    bool more = false;
    enum exit_code code = take_options(context, invocation, &selection);

    if (code == EXIT_DONE)
        code = context_need_index(context);
    if (code == EXIT_DONE)
        code = take_customer(context, command_option(invocation, "customer"), &selection);
    if (code != EXIT_DONE)
        return code;
    enum status status = customer_names_init(&names, context->index, &fault);
    if (status != STATUS_OK)
        return context_fail_status(context, status, &fault, NULL);
    struct gathering gathering = {json_array(), &names};
    status =
        recordings_list(context->index, &selection.query, gather_row, &gathering, &more, &fault);
    customer_names_deinit(&names);
    if (status == STATUS_OK && more && !context->json)
        (void)fputs("recorderctl: there are more; give --to or a higher --limit\n", context->err);
    return output_list(context, gathering.list, recording_columns, status, &fault);
}

static enum status read_whole(struct context *context, const struct index_recording *row,
                              json_t **object, struct fault *fault)
{
    struct customer_names names;
    struct index_fact *facts = NULL;
    size_t fact_count = 0;
    enum status status = customer_names_init(&names, context->index, fault);

    if (status != STATUS_OK)
        return status;
    status = recordings_facts(context->index, row->id, &facts, &fact_count, fault);
    if (status == STATUS_OK)
        *object = recording_json_whole(row, &names, facts, fact_count);
    free(facts);
    customer_names_deinit(&names);
    return status;
}

static enum status add_documents(const struct recording_reader *reader, json_t *details,
                                 struct fault *fault)
{
    struct bytes section;

    bytes_init(&section, BOUND_SECTION_BYTES);
    enum status status = documents_read(reader, &section, fault);
    if (status == STATUS_OK &&
        json_object_set_new(details, "documents", recording_json_documents(&section)))
        status = fault_set(fault, STATUS_NOMEM, 0, "list documents: out of memory");
    bytes_deinit(&section);
    return status;
}

/* The details that the file itself bears, opened with its key, and which documents it has. */
static enum status read_details(struct context *context, const struct index_recording *row,
                                json_t **details, struct fault *fault)
{
    struct recording_reader *reader = NULL;
    struct bytes section;
    enum status status = context_audit(context, "details", &row->id, NULL, fault);

    bytes_init(&section, BOUND_SECTION_BYTES);
    if (status == STATUS_OK)
        status = recording_open_file(context, row, &reader, fault);
    if (status == STATUS_OK)
        status = recording_reader_section(reader, SECTION_DETAILS, &section, fault);
    if (status == STATUS_OK) {
        *details = json_loadb((const char *)section.data, section.len, 0, NULL);
        if (!*details)
            status = fault_set(fault, STATUS_CORRUPT, 0, "its details are not JSON");
    }
    if (status == STATUS_OK)
        status = add_documents(reader, *details, fault);
    bytes_deinit(&section);
    recording_reader_close(reader);
    return status;
}

static enum exit_code run_show(struct context *context, const struct invocation *invocation)
{
    struct index_recording row;
    struct fault fault = {0};
    json_t *object = NULL;
    json_t *details = NULL;
    bool with_details = command_option(invocation, "details") != NULL;
    enum exit_code code = with_details ? context_need_keys(context) : context_need_index(context);

    if (code == EXIT_DONE)
        code = recording_find_row(context, invocation->argument[0], &row);
    if (code != EXIT_DONE)
        return code;
    enum status status = read_whole(context, &row, &object, &fault);
    if (status == STATUS_OK && with_details)
        status = read_details(context, &row, &details, &fault);
    if (status != STATUS_OK) {
        json_decref(object);
        json_decref(details);
        return context_fail_status(context, status, &fault, NULL);
    }
    if (details && object && json_object_set_new(object, "details", details)) {
        json_decref(object);
        object = NULL;
    }
    return output_object(context, object);
}

const struct command commands_recordings[] = {
    {
        .group = "recordings",
        .verb = "list",
        .arguments = "",
        .options = {{"customer", 0, "NUMBER", "this customer's only"},
                    {"from", 0, "TIME", "begun at or after (date, or RFC 3339)"},
                    {"to", 0, "TIME", "begun before"},
                    {"number", 0, "DIGITS", "caller or called; 4588* begins, *3080 ends with"},
                    {"state", 0, "STATE", "recording, sealed, recovered or failed"},
                    {"limit", 0, "COUNT", "1 to 500; default 50"}},
        .summary = "list recordings, newest first",
        .details =
            "TIME is a date or an RFC 3339 time. Where there are more than --limit, a line on\n"
            "standard error says so; the next ones are those begun before the last one.",
        .run = run_list,
    },
    {
        .group = "recordings",
        .verb = "show",
        .arguments = "ID",
        .arguments_min = 1,
        .arguments_max = 1,
        .options = {{"details", 0, NULL, "also what the sealed file says of itself (audited)"}},
        .summary = "show all that the index knows of a recording",
        .run = run_show,
    },
    {
        .group = "recordings",
        .verb = "verify",
        .arguments = "[ID]",
        .arguments_min = 0,
        .arguments_max = 1,
        .options = {{"all", 0, NULL, "every recording of the index, as without an ID"}},
        .summary = "authenticate every byte of recordings and compare them with the index",
        .details =
            "Without an ID, all of them. One line each; exits 1 when any is bad. Recordings\n"
            "still growing and those that failed have nothing to verify and are skipped.",
        .run = recordings_verify,
    },
    {
        .group = "recordings",
        .verb = "export",
        .arguments = "ID",
        .arguments_min = 1,
        .arguments_max = 1,
        .options = {{"output", 'o', "FILE", "where to; never overwrites"},
                    {"channels", 0, "WHICH", "stereo (default), all, or a leg's number from 0"},
                    {"documents", 0, NULL, "also its metadata documents: FILE.document-1, ..."}},
        .summary = "decrypt a recording to an .opus file",
        .details =
            "Without -o the file is ID.opus in the current directory. The export is written\n"
            "to the audit log before the audio is written to the file, which only its owner\n"
            "may read. The audio is then no longer protected: keep it as you keep the keys.\n"
            "`--channels all` has each leg that was kept alone in a channel of its own, in their\n"
            "order; a number has that leg alone, if it was kept alone or is alone on its side.\n"
            "Documents are written byte by byte as the telephone system sent them.",
        .run = recordings_export,
    },
    {
        .group = "recordings",
        .verb = "mend",
        .arguments = "ID",
        .arguments_min = 1,
        .arguments_max = 1,
        .summary = "make what is authentic of a damaged recording into one that plays",
        .details =
            "Better is to restore its file from a backup. Where there is none: what is not\n"
            "authentic, or cannot be read, becomes silence and a fact `unreadable`, the recording\n"
            "`recovered`; what else was sealed with it is kept as far as it can be read. The\n"
            "damaged file stays beside the new one as FILE.damaged. Nothing can be done where\n"
            "the header or the first page is gone. For the keeper's user, or root; audited.",
        .run = recordings_mend,
    },
    {
        .group = "recordings",
        .verb = "reseal",
        .arguments = "ID",
        .arguments_min = 1,
        .arguments_max = 1,
        .options = {{"to", 0, "KEY",
                     "hold: also to the hold key; customer: also to the customer's"},
                    {"drop", 0, "SLOT", "empty this key slot, where another opens the recording"}},
        .summary = "show or change to which keys a recording is sealed; for legal holds",
        .details =
            "Without an option it shows the file's key slots. A recording that is sealed to the\n"
            "hold key stays readable when its month is destroyed (`keys shred`). To end a hold,\n"
            "drop the slot of the hold key; where the month was destroyed meanwhile, seal it to\n"
            "the customer's newest key before. Audited.",
        .run = recordings_reseal,
    },
    {0},
};
