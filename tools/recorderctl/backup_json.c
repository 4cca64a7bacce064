#include "tools/recorderctl/backup_json.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bounds.h"
#include "base/bytes.h"
#include "storage/disk/disk.h"

enum {
    FILE_MODE = 0600,
    MESSAGE_BYTES_MAX = 64 * 1024 * 1024,
    ID_TEXT_BYTES = 2 * KEY_ID_BYTES + 1,
    SIGNATURE_TEXT_BYTES = 2 * KEY_SIGNATURE_BYTES + 1,
};

static const char label[] = "CRF1 backup";

static bool read_hex(const char *text, uint8_t *out, size_t bytes)
{
    size_t read = 0;

    return text && strlen(text) == 2 * bytes &&
           sodium_hex2bin(out, bytes, text, 2 * bytes, NULL, &read, NULL) == 0 && read == bytes;
}

bool backup_json_hash(const json_t *object, const char *name, uint8_t hash[static 32])
{
    return read_hex(json_string_value(json_object_get(object, name)), hash, 32);
}

json_t *backup_json_hex(const uint8_t hash[static 32])
{
    char text[65];

    return json_string(sodium_bin2hex(text, sizeof text, hash, 32));
}

/* What is signed. */
static enum status put_message(const json_t *body, struct bytes *message)
{
    char *text = json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS);
    enum status status = text ? bytes_append(message, label, sizeof label - 1) : STATUS_NOMEM;

    if (status == STATUS_OK)
        status = bytes_append(message, text, strlen(text));
    free(text);
    return status;
}

static json_t *sign(json_t *body, const struct signer *signer)
{
    uint8_t signature[KEY_SIGNATURE_BYTES];
    char signature_text[SIGNATURE_TEXT_BYTES];
    char id_text[ID_TEXT_BYTES];
    struct key_id id = signer_id(signer);
    struct bytes message;
    json_t *whole = NULL;

    bytes_init(&message, MESSAGE_BYTES_MAX);
    if (put_message(body, &message) == STATUS_OK) {
        signer_sign(signer, message.data, message.len, signature);
        (void)sodium_bin2hex(signature_text, sizeof signature_text, signature, sizeof signature);
        (void)sodium_bin2hex(id_text, sizeof id_text, id.b, sizeof id.b);
        whole = json_pack("{s:O, s:s, s:s}", "manifest", body, "signer", id_text, "signature",
                          signature_text);
    }
    bytes_deinit(&message);
    return whole;
}

static enum status write_file(const char *path, const json_t *whole, struct fault *fault)
{
    struct disk_file file =
        disk_open(&disk_system, path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, FILE_MODE);
    enum status status = STATUS_OK;

    if (file.fd < 0)
        return disk_fault(fault, "create", path);
    char *text = json_dumps(whole, JSON_INDENT(2) | JSON_SORT_KEYS);
    if (!text)
        status = fault_set(fault, STATUS_NOMEM, 0, "write %s: out of memory", path);
    if (status == STATUS_OK)
        status = disk_write(file, 0, text, strlen(text), fault);
    if (status == STATUS_OK)
        status = disk_write(file, (off_t)strlen(text), "\n", 1, fault);
    free(text);
    if (status == STATUS_OK)
        status = disk_sync(file, path, fault);
    disk_close(&file);
    return status;
}

enum status backup_json_write(const char *path, json_t *owned_body, const struct signer *signer,
                              struct fault *fault)
{
    char temporary[BOUND_PATH_BYTES];
    json_t *whole = owned_body ? sign(owned_body, signer) : NULL;
    int length = snprintf(temporary, sizeof temporary, "%s.part", path);
    enum status status = STATUS_OK;

    json_decref(owned_body);
    if (!whole)
        return fault_set(fault, STATUS_NOMEM, 0, "write %s: out of memory", path);
    if (length < 0 || (size_t)length >= sizeof temporary)
        status = fault_set(fault, STATUS_LIMIT, 0, "%s: path too long", path);
    if (status == STATUS_OK)
        status = write_file(temporary, whole, fault);
    if (status == STATUS_OK && rename(temporary, path))
        status = disk_fault(fault, "name", path);
    if (status != STATUS_OK)
        (void)unlink(temporary);
    else
        status = disk_sync_parent(&disk_system, path, fault);
    json_decref(whole);
    return status;
}

enum status backup_trust_open(const char *keys_dir, bool any, struct backup_trust *trust,
                              struct fault *fault)
{
    struct signer *keeper = NULL;

    *trust = (struct backup_trust){.any = any};
    enum status status = public_keys_open(&disk_system, keys_dir, &trust->signers, fault);
    if (status != STATUS_OK || any)
        return status;
    status = signer_open(&disk_system, keys_dir, "keeper", &keeper, fault);
    if (status == STATUS_NOT_FOUND)
        return fault_set(fault, STATUS_NO_KEY, 0,
                         "%s has no signing key of the keeper, whose signature counts", keys_dir);
    if (status == STATUS_OK)
        trust->keeper = signer_id(keeper);
    signer_close(keeper);
    return status;
}

void backup_trust_close(struct backup_trust *trust)
{
    public_keys_close(trust->signers);
    trust->signers = NULL;
}

static bool counts(const struct backup_trust *trust, struct key_id signer)
{
    return trust->any || memcmp(signer.b, trust->keeper.b, sizeof signer.b) == 0;
}

static enum status check(const json_t *whole, const struct backup_trust *trust, const char *path,
                         struct fault *fault)
{
    uint8_t public_key[KEY_PUBLIC_BYTES];
    uint8_t signature[KEY_SIGNATURE_BYTES];
    struct bytes message;
    struct key_id id;
    const json_t *body = json_object_get(whole, "manifest");

    if (!json_is_object(body) ||
        !read_hex(json_string_value(json_object_get(whole, "signer")), id.b, sizeof id.b) ||
        !read_hex(json_string_value(json_object_get(whole, "signature")), signature,
                  sizeof signature))
        return fault_set(fault, STATUS_CORRUPT, 0, "%s: no signed list", path);
    enum status status = public_keys_signer(trust->signers, id, public_key, fault);
    if (status == STATUS_NOT_FOUND)
        return fault_set(fault, STATUS_NO_KEY, 0, "%s: signed by a key that is not known here",
                         path);
    bytes_init(&message, MESSAGE_BYTES_MAX);
    if (status == STATUS_OK)
        status = put_message(body, &message);
    if (status == STATUS_OK &&
        crypto_sign_verify_detached(signature, message.data, message.len, public_key) != 0)
        status = fault_set(fault, STATUS_CORRUPT, 0, "%s: its signature is wrong", path);
    if (status == STATUS_OK && !counts(trust, id))
        status =
            fault_set(fault, STATUS_CORRUPT, 0, "%s: it is not the keeper who signed it", path);
    bytes_deinit(&message);
    return status;
}

enum status backup_json_read(const char *path, const struct backup_trust *trust, json_t **body,
                             struct fault *fault)
{
    json_error_t error;

    if (access(path, R_OK))
        return fault_set(fault, errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO, errno, "read %s",
                         path);
    json_t *whole = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (!whole)
        return fault_set(fault, STATUS_CORRUPT, 0, "%s: %.120s", path, error.text);
    enum status status = check(whole, trust, path, fault);
    if (status == STATUS_OK)
        *body = json_incref(json_object_get(whole, "manifest"));
    json_decref(whole);
    return status;
}
