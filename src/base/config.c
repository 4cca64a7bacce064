#include "base/config.h"

#include <confuse.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CONFIG_ERROR_BYTES = 256 };

/* libconfuse's error callback has no argument of ours: the first complaint of this thread's parse.
 */
static _Thread_local char first_error[CONFIG_ERROR_BYTES];

static void keep_error(cfg_t *cfg, const char *format, va_list args)
{
    if (first_error[0])
        return;
    int used = snprintf(first_error, sizeof first_error, "line %d: ", cfg ? cfg->line : 0);
    if (used > 0 && (size_t)used < sizeof first_error)
        (void)vsnprintf(first_error + used, sizeof first_error - (size_t)used, format, args);
}

struct range {
    const char *name;
    long least;
    long most;
};

static const struct range ranges[] = {
    {"session_expires_s", 90, 86400},
    {"session_min_se_s", 90, 86400},
    {"drain_s", 0, 86400},
    {"rtp_port_first", 1024, 65535},
    {"rtp_port_last", 1024, 65535},
    {"calls_max", 1, 100000},
    {"media_threads", 0, 64},
    {"http_connections_max", 1, 100000},
    {"http_connections_per_address_max", 1, 100000},
    {"keeper_period_s", 1, 3600},
    {"scrub_days", 0, 3650},
    {"scrub_mib_s", 1, 100000},
    {"disk_warn_percent", 0, 90},
    {"disk_stop_exports_percent", 0, 90},
    {"disk_refuse_calls_percent", 0, 90},
    {"disk_reserve_mib", -1, 16777216},
};

static const char *const lists[] = {"volumes", "sip_listen", "sip_listen_tls", "rtp_address",
                                    "rtp_advertise"};

static enum status check_ranges(cfg_t *cfg, const char *path, struct fault *fault)
{
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        long value = cfg_getint(cfg, ranges[i].name);
        if (value < ranges[i].least || value > ranges[i].most)
            return fault_set(fault, STATUS_INVALID, 0, "%s: %s is %ld, allowed is %ld to %ld", path,
                             ranges[i].name, value, ranges[i].least, ranges[i].most);
    }
    if (cfg_getint(cfg, "rtp_port_first") > cfg_getint(cfg, "rtp_port_last"))
        return fault_set(fault, STATUS_INVALID, 0, "%s: rtp_port_first is above rtp_port_last",
                         path);
    if (cfg_getint(cfg, "session_min_se_s") > cfg_getint(cfg, "session_expires_s"))
        return fault_set(fault, STATUS_INVALID, 0,
                         "%s: session_min_se_s is above session_expires_s", path);
    if (cfg_getint(cfg, "disk_stop_exports_percent") > cfg_getint(cfg, "disk_warn_percent"))
        return fault_set(fault, STATUS_INVALID, 0,
                         "%s: disk_stop_exports_percent is above disk_warn_percent", path);
    if (cfg_getint(cfg, "disk_refuse_calls_percent") > cfg_getint(cfg, "disk_stop_exports_percent"))
        return fault_set(fault, STATUS_INVALID, 0,
                         "%s: disk_refuse_calls_percent is above disk_stop_exports_percent", path);
    return STATUS_OK;
}

static enum status check_lists(cfg_t *cfg, const char *path, struct fault *fault)
{
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        if (cfg_size(cfg, lists[i]) > CONFIG_LIST_MAX)
            return fault_set(fault, STATUS_INVALID, 0, "%s: %s has %u values, allowed are %d", path,
                             lists[i], cfg_size(cfg, lists[i]), CONFIG_LIST_MAX);
    }
    if (cfg_size(cfg, "sip_listen_tls") && !*cfg_getstr(cfg, "sip_tls_certificate"))
        return fault_set(fault, STATUS_INVALID, 0, "%s: sip_listen_tls needs sip_tls_certificate",
                         path);
    if (cfg_getbool(cfg, "sip_tls_client_required") && !*cfg_getstr(cfg, "sip_tls_client_ca"))
        return fault_set(fault, STATUS_INVALID, 0,
                         "%s: sip_tls_client_required needs sip_tls_client_ca", path);
    return STATUS_OK;
}

static bool is_relative(const char *path)
{
    return path && *path && *path != '/';
}

/* The programs are started in different places, and name by these what they share. */
static enum status check_paths(cfg_t *cfg, const char *path, struct fault *fault)
{
    static const char *const names[] = {"store", "keys"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (is_relative(cfg_getstr(cfg, names[i])))
            return fault_set(fault, STATUS_INVALID, 0,
                             "%s: %s is \"%s\", which is no absolute path", path, names[i],
                             cfg_getstr(cfg, names[i]));
    for (unsigned i = 0; i < cfg_size(cfg, "volumes"); i++)
        if (is_relative(cfg_getnstr(cfg, "volumes", i)))
            return fault_set(fault, STATUS_INVALID, 0,
                             "%s: volumes has \"%s\", which is no absolute "
                             "path",
                             path, cfg_getnstr(cfg, "volumes", i));
    return STATUS_OK;
}

/* A directory has one name here, without slashes at its end. */
static void strip_slashes(char *path)
{
    size_t length = path ? strlen(path) : 0;

    while (length > 1 && path[length - 1] == '/')
        path[--length] = '\0';
}

/* A copy of an option, or of the fallback where it is empty. */
static char *text_or(cfg_t *cfg, const char *name, const char *fallback)
{
    const char *value = cfg_getstr(cfg, name);

    return strdup(value && *value ? value : fallback);
}

static char *text_below(cfg_t *cfg, const char *name, const char *directory, const char *leaf)
{
    const char *value = cfg_getstr(cfg, name);
    char *path = NULL;

    if (value && *value)
        return strdup(value);
    if (asprintf(&path, "%s/%s", directory, leaf) < 0)
        return NULL;
    return path;
}

/* What is configured; else the credential that systemd hands to a service; else a file in keys.
 * Where there are no credentials the path says so, and there is nothing at it. */
static char *master_key_path(cfg_t *cfg, const char *keys, bool *is_credential)
{
    const char *directory = getenv("CREDENTIALS_DIRECTORY");
    const char *value = cfg_getstr(cfg, "master_key");
    bool named = value && strcmp(value, "credential") == 0;
    char *path = NULL;

    if (named && (!directory || !*directory))
        directory = "$CREDENTIALS_DIRECTORY";
    if (named || (directory && *directory && (!value || !*value))) {
        if (asprintf(&path, "%s/" CONFIG_CREDENTIAL_MASTER, directory) < 0)
            return NULL;
        *is_credential = named || access(path, F_OK) == 0;
        if (*is_credential)
            return path;
        free(path);
    }
    return text_below(cfg, "master_key", keys, "master.key");
}

/* Empty values are left out, so that `name = ""` is none. */
static bool take_list(cfg_t *cfg, const char *name, struct config_list *list)
{
    for (unsigned i = 0; i < cfg_size(cfg, name); i++) {
        const char *value = cfg_getnstr(cfg, name, i);
        if (!value || !*value)
            continue;
        list->item[list->count] = strdup(value);
        if (!list->item[list->count])
            return false;
        list->count++;
    }
    return true;
}

static enum status take_signalling(cfg_t *cfg, struct config *config)
{
    bool whole = take_list(cfg, "volumes", &config->volumes) &&
                 take_list(cfg, "sip_listen", &config->sip_listen) &&
                 take_list(cfg, "sip_listen_tls", &config->sip_listen_tls) &&
                 take_list(cfg, "rtp_address", &config->rtp_address) &&
                 take_list(cfg, "rtp_advertise", &config->rtp_advertise);

    for (size_t i = 0; i < config->volumes.count; i++)
        strip_slashes(config->volumes.item[i]);
    config->sip_tls_certificate = text_or(cfg, "sip_tls_certificate", "");
    config->sip_tls_key = text_or(cfg, "sip_tls_key", "");
    config->sip_tls_client_ca = text_or(cfg, "sip_tls_client_ca", "");
    config->sip_tls_client_required = cfg_getbool(cfg, "sip_tls_client_required");
    config->session_expires_s = (int)cfg_getint(cfg, "session_expires_s");
    config->session_min_se_s = (int)cfg_getint(cfg, "session_min_se_s");
    config->calls_max = (int)cfg_getint(cfg, "calls_max");
    config->drain_s = (int)cfg_getint(cfg, "drain_s");
    whole =
        whole && config->sip_tls_certificate && config->sip_tls_key && config->sip_tls_client_ca;
    return whole ? STATUS_OK : STATUS_NOMEM;
}

static enum status take_values(cfg_t *cfg, struct config *config)
{
    char host[256] = "recorder";

    (void)gethostname(host, sizeof host - 1);
    config->node = text_or(cfg, "node", host);
    config->store = text_or(cfg, "store", "/var/lib/recorder");
    strip_slashes(config->store);
    if (config->store)
        config->keys = text_below(cfg, "keys", config->store, "keys");
    if (config->keys)
        config->master_key = master_key_path(cfg, config->keys, &config->master_key_is_credential);
    config->rtp_port_first = (int)cfg_getint(cfg, "rtp_port_first");
    config->rtp_port_last = (int)cfg_getint(cfg, "rtp_port_last");
    config->media_threads = (int)cfg_getint(cfg, "media_threads");
    config->http_listen = text_or(cfg, "http_listen", "");
    config->portal = text_or(cfg, "portal", "");
    config->http_connections_max = (int)cfg_getint(cfg, "http_connections_max");
    config->http_connections_per_address_max =
        (int)cfg_getint(cfg, "http_connections_per_address_max");
    config->keeper_period_s = (int)cfg_getint(cfg, "keeper_period_s");
    config->scrub_days = (int)cfg_getint(cfg, "scrub_days");
    config->scrub_mib_s = (int)cfg_getint(cfg, "scrub_mib_s");
    config->disk_warn_percent = (int)cfg_getint(cfg, "disk_warn_percent");
    config->disk_stop_exports_percent = (int)cfg_getint(cfg, "disk_stop_exports_percent");
    config->disk_refuse_calls_percent = (int)cfg_getint(cfg, "disk_refuse_calls_percent");
    config->disk_reserve_mib = (int)cfg_getint(cfg, "disk_reserve_mib");
    bool whole = config->node && config->store && config->keys && config->master_key &&
                 config->http_listen && config->portal;
    return whole ? take_signalling(cfg, config) : STATUS_NOMEM;
}

enum status config_load(const char *path, struct config **out, struct fault *fault)
{
    cfg_opt_t options[] = {
        CFG_STR("node", "", CFGF_NONE),
        CFG_STR("store", "", CFGF_NONE),
        CFG_STR_LIST("volumes", "{}", CFGF_NONE),
        CFG_STR("keys", "", CFGF_NONE),
        CFG_STR("master_key", "", CFGF_NONE),
        CFG_STR_LIST("sip_listen", "{127.0.0.1:5060}", CFGF_NONE),
        CFG_STR_LIST("sip_listen_tls", "{}", CFGF_NONE),
        CFG_STR("sip_tls_certificate", "", CFGF_NONE),
        CFG_STR("sip_tls_key", "", CFGF_NONE),
        CFG_STR("sip_tls_client_ca", "", CFGF_NONE),
        CFG_BOOL("sip_tls_client_required", cfg_false, CFGF_NONE),
        CFG_INT("session_expires_s", 1800, CFGF_NONE),
        CFG_INT("session_min_se_s", 90, CFGF_NONE),
        CFG_INT("drain_s", 0, CFGF_NONE),
        CFG_STR_LIST("rtp_address", "{}", CFGF_NONE),
        CFG_STR_LIST("rtp_advertise", "{}", CFGF_NONE),
        CFG_INT("rtp_port_first", 20000, CFGF_NONE),
        CFG_INT("rtp_port_last", 29999, CFGF_NONE),
        CFG_INT("calls_max", 2000, CFGF_NONE),
        CFG_INT("media_threads", 0, CFGF_NONE),
        CFG_STR("http_listen", "127.0.0.1:8080", CFGF_NONE),
        CFG_STR("portal", "/usr/share/recorder/portal", CFGF_NONE),
        CFG_INT("http_connections_max", 512, CFGF_NONE),
        CFG_INT("http_connections_per_address_max", 64, CFGF_NONE),
        CFG_INT("keeper_period_s", 5, CFGF_NONE),
        CFG_INT("scrub_days", 30, CFGF_NONE),
        CFG_INT("scrub_mib_s", 20, CFGF_NONE),
        CFG_INT("disk_warn_percent", 15, CFGF_NONE),
        CFG_INT("disk_stop_exports_percent", 8, CFGF_NONE),
        CFG_INT("disk_refuse_calls_percent", 5, CFGF_NONE),
        CFG_INT("disk_reserve_mib", -1, CFGF_NONE),
        CFG_END(),
    };
    struct config *config = calloc(1, sizeof *config);
    cfg_t *cfg = config ? cfg_init(options, CFGF_NONE) : NULL;
    enum status status = STATUS_NOMEM;

    if (!cfg)
        goto out;
    first_error[0] = '\0';
    cfg_set_error_function(cfg, keep_error);
    int parsed = cfg_parse(cfg, path);
    if (parsed == CFG_FILE_ERROR)
        status = fault_set(fault, STATUS_IO, errno, "open configuration %s", path);
    else if (parsed != CFG_SUCCESS)
        status = fault_set(fault, STATUS_INVALID, 0, "%s: %s", path, first_error);
    else
        status = check_ranges(cfg, path, fault);
    if (status == STATUS_OK)
        status = check_lists(cfg, path, fault);
    if (status == STATUS_OK)
        status = check_paths(cfg, path, fault);
    if (status == STATUS_OK)
        status = take_values(cfg, config);
    if (status == STATUS_OK) {
        *out = config;
        config = NULL;
    }
out:
    if (status == STATUS_NOMEM)
        (void)fault_set(fault, STATUS_NOMEM, 0, "read configuration %s: out of memory", path);
    if (cfg)
        cfg_free(cfg);
    config_destroy(config);
    return status;
}

static void list_deinit(struct config_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->item[i]);
}

void config_destroy(struct config *owned_config)
{
    if (!owned_config)
        return;
    free(owned_config->node);
    free(owned_config->store);
    free(owned_config->keys);
    free(owned_config->master_key);
    list_deinit(&owned_config->volumes);
    list_deinit(&owned_config->sip_listen);
    list_deinit(&owned_config->sip_listen_tls);
    free(owned_config->sip_tls_certificate);
    free(owned_config->sip_tls_key);
    free(owned_config->sip_tls_client_ca);
    list_deinit(&owned_config->rtp_address);
    list_deinit(&owned_config->rtp_advertise);
    free(owned_config->http_listen);
    free(owned_config->portal);
    free(owned_config);
}
