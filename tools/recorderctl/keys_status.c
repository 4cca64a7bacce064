#include <string.h>
#include <sys/stat.h>

#include "storage/seal/key_months.h"
#include "tools/recorderctl/keys.h"
#include "tools/recorderctl/month_keys.h"
#include "tools/recorderctl/output.h"
#include "tools/recorderctl/recording_json.h"

enum { SECONDS_PER_DAY = 86400 };

static const struct output_column month_columns[] = {
    {"CUSTOMER", "customer"}, {"MONTH", "month"}, {"STATE", "state"},
    {"RECOVERY", "recovery"}, {"ID", "id"},       {NULL, NULL},
};

/* What is counted over all months. */
struct tally {
    json_int_t kept, lost, shredded, without_recovery;
    json_int_t without_this_month, without_next_month; /* customers */
};

static const char *state_of(const struct key_month *month)
{
    if (month->shredded)
        return month->has_private || month->has_public || month->has_recovery ? "being destroyed"
                                                                              : "destroyed";
    return month->has_private ? "kept" : "lost";
}

static const char *recovery_of(const struct key_month *month)
{
    if (!month->has_recovery)
        return "none";
    return month->recovery_current ? "current" : "of another recovery key";
}

/* A customer's number; of one whom the index does not know, the id. */
static json_t *customer_text(struct uuid id, const struct customer_names *names)
{
    char text[UUID_TEXT_BYTES];
    const char *number = customer_names_number(names, id);

    if (*number)
        return output_text(number);
    uuid_format(id, text);
    return json_string(text);
}

static json_t *month_json(const struct key_month *month, const struct customer_names *names)
{
    char text[KEY_MONTH_BYTES] = "";

    if (key_month_text(month->month, text) != STATUS_OK) /* no name of a file that was listed */
        text[0] = '\0';
    return json_pack("{s:o, s:s, s:s, s:s, s:o}", "customer", customer_text(month->customer, names),
                     "month", text, "state", state_of(month), "recovery", recovery_of(month), "id",
                     keys_id_json(month->id));
}

static void count_month(const struct key_month *month, struct tally *tally)
{
    tally->shredded += month->shredded;
    tally->kept += !month->shredded && month->has_private;
    tally->lost += !month->shredded && !month->has_private;
    tally->without_recovery += !month->shredded && month->has_private && !month->recovery_current;
}

static void count_customers(const struct key_months *months, const struct customer_names *names,
                            const struct uuid *only, struct tally *tally)
{
    wall_time now = clock_wall_now();

    for (size_t i = 0; i < names->count; i++) {
        struct uuid id = names->customer[i].id;
        if (only && !uuid_equal(*only, id))
            continue;
        tally->without_this_month += !month_keys_there(months, id, now);
        tally->without_next_month += !month_keys_there(months, id, month_after(now));
    }
}

/* Whether it is the one that the keys are under; null where that cannot be said. */
static json_t *in_force_json(const struct context *context)
{
    const struct config *config = context->config;
    bool in_force = false;

    return keys_master_in_force(&disk_system, config->keys, config->master_key, &in_force, NULL) ==
                   STATUS_OK
               ? json_boolean(in_force)
               : json_null();
}

static json_t *master_json(const struct context *context)
{
    const char *path = context->config->master_key;
    char next[BOUND_PATH_BYTES + 8];
    struct stat about;

    (void)snprintf(next, sizeof next, "%s.next", path);
    bool rotating = stat(next, &about) == 0;
    if (stat(path, &about))
        return json_pack("{s:o, s:b, s:n, s:b, s:n, s:n}", "path", output_text(path), "present", 0,
                         "in_force", "rotating", rotating, "since", "age_days");
    wall_time since = {about.st_mtim.tv_sec * CLOCK_NS_PER_S};
    return json_pack(
        "{s:o, s:b, s:o, s:b, s:o, s:I}", "path", output_text(path), "present", 1, "in_force",
        in_force_json(context), "rotating", rotating, "since", output_time(since), "age_days",
        (json_int_t)((clock_wall_now().ns - since.ns) / CLOCK_NS_PER_S / SECONDS_PER_DAY));
}

static json_t *hold_json(const struct key_months *months)
{
    const struct key_month *hold = key_months_find(months, (struct uuid){{0}}, 0);

    return hold ? json_pack("{s:o, s:s, s:s}", "id", keys_id_json(hold->id), "state",
                            state_of(hold), "recovery", recovery_of(hold))
                : json_null();
}

static json_t *summary_json(const struct context *context, const struct key_months *all,
                            const struct tally *tally)
{
    struct key_id recovery = {{0}};

    if (key_recovery_id(&disk_system, context->config->keys, &recovery, NULL) != STATUS_OK)
        recovery = (struct key_id){{0}};
    return json_pack("{s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:I}", "master",
                     master_json(context), "recovery", keys_id_json(recovery), "hold",
                     hold_json(all), "kept", tally->kept, "lost", tally->lost, "destroyed",
                     tally->shredded, "without_recovery", tally->without_recovery,
                     "without_this_month", tally->without_this_month, "without_next_month",
                     tally->without_next_month);
}

static enum exit_code print(struct context *context, json_t *owned_summary, json_t *owned_months)
{
    struct fault fault = {0};

    if (!owned_summary || !owned_months) {
        json_decref(owned_months);
        json_decref(owned_summary);
        return output_object(context, NULL);
    }
    if (context->json) {
        if (json_object_set_new(owned_summary, "months", owned_months)) {
            json_decref(owned_summary);
            owned_summary = NULL;
        }
        return output_object(context, owned_summary);
    }
    enum exit_code code = output_object(context, owned_summary);
    if (code != EXIT_DONE) {
        json_decref(owned_months);
        return code;
    }
    (void)fputs("\n", context->out);
    return output_list(context, owned_months, month_columns, STATUS_OK, &fault);
}

static enum exit_code tell(struct context *context, const struct key_months *all,
                           const struct customer_names *names, const struct uuid *only)
{
    struct tally tally = {0};
    json_t *list = json_array();

    for (size_t i = 0; i < all->count && list; i++) {
        const struct key_month *month = &all->month[i];
        if (month->month && only && !uuid_equal(*only, month->customer))
            continue;
        count_month(month, &tally);
        if (month->month)
            output_append(list, month_json(month, names));
    }
    count_customers(all, names, only, &tally);
    json_t *summary = summary_json(context, all, &tally);
    bool is_wrong = json_is_false(json_object_get(json_object_get(summary, "master"), "in_force"));
    enum exit_code code = print(context, summary, list);
    return code == EXIT_DONE && (tally.lost || is_wrong) ? EXIT_BAD : code;
}

enum exit_code keys_status(struct context *context, const struct invocation *invocation)
{
    const char *number = invocation->arguments ? invocation->argument[0] : NULL;
    struct customer_names names;
    struct customer customer;
    struct key_months months;
    struct fault fault = {0};
    enum exit_code code = context_need_index(context);

    if (code != EXIT_DONE)
        return code;
    enum status status =
        number ? customers_find(context->index, number, &customer, &fault) : STATUS_OK;
    if (status == STATUS_NOT_FOUND)
        return context_fail_status(context, status, &fault,
                                   "list them with `recorderctl customer list`");
    if (status == STATUS_OK)
        status = customer_names_init(&names, context->index, &fault);
    if (status != STATUS_OK)
        return context_fail_status(context, status, &fault, NULL);
    status = key_months_read(&disk_system, context->config->keys, NULL, &months, &fault);
    if (status == STATUS_OK) {
        code = tell(context, &months, &names, number ? &customer.id : NULL);
        key_months_free(&months);
    } else {
        code = context_fail_status(context, status, &fault, NULL);
    }
    customer_names_deinit(&names);
    return code;
}
