#include "tools/recorderctl/backup_manifest.h"

#include <stdio.h>
#include <string.h>

#include "base/bounds.h"

#define MANIFEST_NAME "manifest.json"

enum { MANIFEST_FORMAT = 1 };

static bool take_text(const json_t *object, const char *name, char *text, size_t text_bytes)
{
    const char *value = json_string_value(json_object_get(object, name));

    if (!value || strlen(value) >= text_bytes)
        return false;
    (void)snprintf(text, text_bytes, "%s", value);
    return true;
}

static uint64_t take_count(const json_t *object, const char *name)
{
    json_int_t value = json_integer_value(json_object_get(object, name));

    return value > 0 ? (uint64_t)value : 0;
}

static bool take_named(const json_t *manifest, const char *name, struct backup_named *named)
{
    const json_t *object = json_object_get(manifest, name);

    named->digest.bytes = take_count(object, "bytes");
    return take_text(object, "path", named->name, sizeof named->name) &&
           !strchr(named->name, '/') && backup_json_hash(object, "sha256", named->digest.sha256);
}

static bool take_manifest(const json_t *body, struct backup_manifest *manifest)
{
    manifest->schema = (int)take_count(body, "schema");
    manifest->recordings = take_count(body, "recordings");
    manifest->bytes = take_count(body, "bytes");
    manifest->running = take_count(body, "running");
    manifest->failed = take_count(body, "failed");
    manifest->missing = take_count(body, "missing");
    return take_count(body, "format") == MANIFEST_FORMAT &&
           take_text(body, "made_at", manifest->made_at, sizeof manifest->made_at) &&
           take_text(body, "version", manifest->version, sizeof manifest->version) &&
           take_named(body, "index", &manifest->index) && take_named(body, "list", &manifest->list);
}

enum status backup_manifest_read(const char *directory, const struct backup_trust *trust,
                                 struct backup_manifest *manifest, struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    json_t *body = NULL;
    enum status status = backup_path(directory, MANIFEST_NAME, path, fault);

    *manifest = (struct backup_manifest){.schema = 0};
    if (status == STATUS_OK)
        status = backup_json_read(path, trust, &body, fault);
    if (status == STATUS_OK && take_count(body, "format") > MANIFEST_FORMAT)
        status = fault_set(fault, STATUS_VERSION, 0, "%s: made by a newer program; update this one",
                           path);
    else if (status == STATUS_OK && !take_manifest(body, manifest))
        status = fault_set(fault, STATUS_CORRUPT, 0, "%s: no manifest of a backup", path);
    json_decref(body);
    return status;
}

static json_t *named_json(const struct backup_named *named)
{
    return json_pack("{s:s, s:I, s:o}", "path", named->name, "bytes",
                     (json_int_t)named->digest.bytes, "sha256",
                     backup_json_hex(named->digest.sha256));
}

enum status backup_manifest_write(const char *directory, const struct backup_manifest *manifest,
                                  const struct signer *signer, struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    enum status status = backup_path(directory, MANIFEST_NAME, path, fault);

    if (status != STATUS_OK)
        return status;
    return backup_json_write(
        path,
        json_pack("{s:i, s:s, s:s, s:i, s:o, s:o, s:I, s:I, s:I, s:I, s:I}", "format",
                  MANIFEST_FORMAT, "made_at", manifest->made_at, "version", manifest->version,
                  "schema", manifest->schema, "index", named_json(&manifest->index), "list",
                  named_json(&manifest->list), "recordings", (json_int_t)manifest->recordings,
                  "bytes", (json_int_t)manifest->bytes, "running", (json_int_t)manifest->running,
                  "failed", (json_int_t)manifest->failed, "missing", (json_int_t)manifest->missing),
        signer, fault);
}

enum status backup_manifest_check(const char *directory, const struct backup_named *named,
                                  struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    struct backup_digest digest;
    enum status status = backup_path(directory, named->name, path, fault);

    if (status == STATUS_OK)
        status = backup_digest_file(path, &digest, fault);
    if (status == STATUS_OK &&
        (digest.bytes != named->digest.bytes ||
         memcmp(digest.sha256, named->digest.sha256, sizeof digest.sha256) != 0))
        status = fault_set(fault, STATUS_CORRUPT, 0, "%s is not what the manifest says", path);
    return status;
}
