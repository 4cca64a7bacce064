#include "tools/recorderctl/receipt.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

#define LABEL "CRF1 receipt"
#define BEFORE_SIGNATURE ",\"signature\":\""
#define AFTER_SIGNATURE "\"}"

enum {
    RECEIPT_MODE = 0640,
    RECEIPTS_MODE = 02750,
    MODE_BITS = 07777,
    BEFORE_BYTES = sizeof BEFORE_SIGNATURE - 1,
    AFTER_BYTES = sizeof AFTER_SIGNATURE - 1,
    HEX_BYTES = 2 * KEY_SIGNATURE_BYTES,
    END_BYTES = BEFORE_BYTES + HEX_BYTES + AFTER_BYTES, /* of a file, behind what is signed */
};

static_assert(END_BYTES == 144, "as FORMAT.md has it");

enum status receipt_path(const char *store, const char *name, char path[static BOUND_PATH_BYTES],
                         struct fault *fault)
{
    int length = snprintf(path, BOUND_PATH_BYTES, "%s/receipts/%s.json", store, name);

    return length < BOUND_PATH_BYTES
               ? STATUS_OK
               : fault_set(fault, STATUS_LIMIT, 0, "the path of a receipt is longer than %d bytes",
                           BOUND_PATH_BYTES - 1);
}

/* --- what is signed ------------------------------------------------------------------------- */

static enum status set_hex(json_t *object, const char *name, const uint8_t *data, size_t bytes)
{
    char text[HEX_BYTES + 1];

    (void)sodium_bin2hex(text, sizeof text, data, bytes);
    return json_object_set_new(object, name, json_string(text)) ? STATUS_NOMEM : STATUS_OK;
}

/* The file of an object: as it is, but for its closing brace, then the signature over that. */
static enum status sign(const struct signer *signer, json_t *object, struct bytes *file)
{
    uint8_t signature[KEY_SIGNATURE_BYTES];
    char hex[HEX_BYTES + 1];
    struct bytes message;
    struct key_id id = signer_id(signer);
    enum status status = set_hex(object, "signer", id.b, sizeof id.b);
    char *text = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);

    bytes_init(&message, RECEIPT_BYTES_MAX);
    if (status == STATUS_OK && !text)
        status = STATUS_NOMEM;
    if (status == STATUS_OK) {
        text[strlen(text) - 1] = '\0';
        status = bytes_printf(&message, "%s%s", LABEL, text);
    }
    if (status == STATUS_OK) {
        signer_sign(signer, message.data, message.len, signature);
        (void)sodium_bin2hex(hex, sizeof hex, signature, sizeof signature);
        status = bytes_printf(file, "%s%s%s%s", text, BEFORE_SIGNATURE, hex, AFTER_SIGNATURE);
    }
    if (status == STATUS_OK)
        status = set_hex(object, "signature", signature, sizeof signature);
    bytes_deinit(&message);
    free(text);
    return status;
}

static bool read_hex(const char *text, size_t text_bytes, uint8_t *out, size_t bytes)
{
    char back[HEX_BYTES + 1];
    size_t read = 0;

    /* there and back: what is said in capital letters is another file */
    return text_bytes == 2 * bytes &&
           sodium_hex2bin(out, bytes, text, text_bytes, NULL, &read, NULL) == 0 && read == bytes &&
           memcmp(sodium_bin2hex(back, sizeof back, out, bytes), text, text_bytes) == 0;
}

static enum status check_signature(const struct bytes *file,
                                   const uint8_t public_key[static KEY_PUBLIC_BYTES],
                                   struct fault *fault)
{
    uint8_t signature[KEY_SIGNATURE_BYTES];
    struct bytes message;
    size_t signed_bytes = file->len - END_BYTES;
    const char *end = (const char *)file->data + signed_bytes;

    bytes_init(&message, sizeof LABEL + RECEIPT_BYTES_MAX);
    enum status status = bytes_append(&message, LABEL, strlen(LABEL));
    if (status == STATUS_OK)
        status = bytes_append(&message, file->data, signed_bytes);
    if (status == STATUS_OK &&
        (!read_hex(end + BEFORE_BYTES, HEX_BYTES, signature, sizeof signature) ||
         crypto_sign_verify_detached(signature, message.data, message.len, public_key) != 0))
        status = fault_set(fault, STATUS_CORRUPT, 0, "its signature is wrong: it was changed");
    bytes_deinit(&message);
    return status;
}

static enum status read_signer(const json_t *object, struct key_id *id, struct fault *fault)
{
    const json_t *member = json_object_get(object, "signer");
    const char *text = json_string_value(member);

    return text && read_hex(text, json_string_length(member), id->b, sizeof id->b)
               ? STATUS_OK
               : fault_set(fault, STATUS_CORRUPT, 0, "it does not say who signed it");
}

static enum status check(const struct bytes *file, const json_t *object,
                         struct public_keys *signers, struct key_id signer, struct fault *fault)
{
    uint8_t public_key[KEY_PUBLIC_BYTES];
    struct key_id said;
    enum status status = read_signer(object, &said, fault);

    if (status == STATUS_OK && memcmp(said.b, signer.b, sizeof said.b) != 0)
        return fault_set(fault, STATUS_DENIED, 0, "another key than the keeper's signed it: %s",
                         json_string_value(json_object_get(object, "signer")));
    if (status == STATUS_OK)
        status = public_keys_signer(signers, signer, public_key, fault);
    if (status == STATUS_NOT_FOUND)
        status = fault_set(fault, STATUS_NO_KEY, 0, "the public half of its signer is not here");
    return status == STATUS_OK ? check_signature(file, public_key, fault) : status;
}

/* --- files ---------------------------------------------------------------------------------- */

/* The directory is there, durably, and the store's owner's; whoever made it may have been cut off
 * before it was. */
static enum status make_directory(const struct disk *disk, const char *directory,
                                  struct fault *fault)
{
    char store[BOUND_PATH_BYTES];
    struct stat about;
    struct stat made;

    if (disk->mkdir(disk->context, directory, RECEIPTS_MODE) != 0 && errno != EEXIST)
        return disk_fault(fault, "make directory", directory);
    (void)snprintf(store, sizeof store, "%s", directory);
    struct disk_file file = disk_open(disk, directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
    if (file.fd < 0)
        return errno == ELOOP || errno == ENOTDIR
                   ? fault_set(fault, STATUS_DENIED, 0, "%s is no directory", directory)
                   : disk_fault(fault, "open", directory);
    enum status status = STATUS_OK;
    if (disk->fstat(disk->context, file.fd, &made) != 0 ||
        disk->stat(disk->context, dirname(store), &about) != 0)
        status = disk_fault(fault, "look at", directory);
    else if (made.st_uid != about.st_uid)
        status = fault_set(fault, STATUS_DENIED, 0, "%s is not the store's owner's", directory);
    else if ((made.st_mode & MODE_BITS) != RECEIPTS_MODE && /* whatever the umask */
             disk->fchmod(disk->context, file.fd, RECEIPTS_MODE) != 0)
        status = disk_fault(fault, "chmod", directory);
    disk_close(&file);
    return status == STATUS_OK ? disk_sync_parent(disk, directory, fault) : status;
}

static enum status fill(const struct disk *disk, const char *path, const struct bytes *text,
                        struct fault *fault)
{
    struct disk_file file = disk_open(disk, path, O_WRONLY | O_CREAT | O_EXCL, 0600);

    if (file.fd < 0)
        return disk_fault(fault, "create", path);
    enum status status = disk_write(file, 0, text->data, text->len, fault);
    if (status == STATUS_OK && disk->fchmod(disk->context, file.fd, RECEIPT_MODE) != 0)
        status = disk_fault(fault, "chmod", path);
    if (status == STATUS_OK)
        status = disk_sync(file, path, fault);
    disk_close(&file);
    return status;
}

static enum status write_file(const struct disk *disk, const char *path, const struct bytes *text,
                              struct fault *fault)
{
    char temporary[BOUND_PATH_BYTES];

    if (snprintf(temporary, sizeof temporary, "%s.new", path) >= (int)sizeof temporary)
        return fault_set(fault, STATUS_LIMIT, 0, "%s: path too long", path);
    (void)disk->unlink(disk->context, temporary); /* of one who was cut off */
    enum status status = fill(disk, temporary, text, fault);
    if (status == STATUS_OK && disk->link(disk->context, temporary, path) != 0)
        status = disk_fault(fault, "name", path);
    (void)disk->unlink(disk->context, temporary);
    return status == STATUS_OK ? disk_sync_parent(disk, path, fault) : status;
}

enum status receipt_write(const struct disk *disk, const char *path, const struct signer *signer,
                          json_t *object, struct fault *fault)
{
    char directory[BOUND_PATH_BYTES];
    struct bytes file;

    bytes_init(&file, RECEIPT_BYTES_MAX);
    enum status status = sign(signer, object, &file);
    if (status != STATUS_OK)
        (void)fault_set(fault, status, 0, "%s", status_text(status));
    (void)snprintf(directory, sizeof directory, "%s", path);
    if (status == STATUS_OK)
        status = make_directory(disk, dirname(directory), fault);
    if (status == STATUS_OK)
        status = write_file(disk, path, &file, fault);
    bytes_deinit(&file);
    if (status != STATUS_OK)
        fault_wrap(fault, "write a receipt");
    return status;
}

static enum status read_whole(const struct disk *disk, const char *path, struct bytes *text,
                              struct fault *fault)
{
    uint8_t *data = NULL;
    struct stat about;
    struct disk_file file = disk_open(disk, path, O_RDONLY | O_NONBLOCK, 0);

    if (file.fd < 0)
        return errno == ENOENT ? fault_set(fault, STATUS_NOT_FOUND, errno, "open %s", path)
                               : disk_fault(fault, "open", path);
    enum status status = STATUS_OK;
    if (disk->fstat(disk->context, file.fd, &about) != 0)
        status = disk_fault(fault, "look at", path);
    else if (!S_ISREG(about.st_mode) || about.st_size <= END_BYTES ||
             about.st_size > RECEIPT_BYTES_MAX)
        status = fault_set(fault, STATUS_CORRUPT, 0, "it is no receipt");
    if (status == STATUS_OK)
        status = (data = malloc((size_t)about.st_size)) ? STATUS_OK : STATUS_NOMEM;
    if (status == STATUS_OK)
        status = disk_read(file, 0, data, (size_t)about.st_size, fault);
    if (status == STATUS_OK)
        status = bytes_append(text, data, (size_t)about.st_size);
    free(data);
    disk_close(&file);
    return status == STATUS_END ? STATUS_IO : status;
}

/* One JSON object whose last member is a signature; nothing of it is said twice. */
static enum status parse(const struct bytes *file, json_t **object, struct fault *fault)
{
    const uint8_t *end = file->data + file->len - END_BYTES;
    json_t *whole = NULL;

    if (memcmp(end, BEFORE_SIGNATURE, BEFORE_BYTES) == 0 &&
        memcmp(end + BEFORE_BYTES + HEX_BYTES, AFTER_SIGNATURE, AFTER_BYTES) == 0)
        whole = json_loadb((const char *)file->data, file->len, JSON_REJECT_DUPLICATES, NULL);
    if (json_is_object(whole)) {
        *object = whole;
        return STATUS_OK;
    }
    json_decref(whole);
    return fault_set(fault, STATUS_CORRUPT, 0, "it is no receipt");
}

enum status receipt_read(const struct disk *disk, const char *path, struct public_keys *signers,
                         struct key_id signer, json_t **object, struct fault *fault)
{
    struct bytes file;
    json_t *read = NULL;

    bytes_init(&file, RECEIPT_BYTES_MAX);
    enum status status = read_whole(disk, path, &file, fault);
    if (status == STATUS_OK)
        status = parse(&file, &read, fault);
    if (status == STATUS_OK)
        status = check(&file, read, signers, signer, fault);
    bytes_deinit(&file);
    if (status == STATUS_OK)
        *object = read;
    else
        json_decref(read);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        fault_wrap(fault, "receipt %s", path);
    return status;
}

enum status receipt_set_aside(const struct disk *disk, const char *path, wall_time now,
                              char aside[static BOUND_PATH_BYTES], struct fault *fault)
{
    if (snprintf(aside, BOUND_PATH_BYTES, "%s.not-signed-%lld", path,
                 (long long)clock_wall_us(now)) >= BOUND_PATH_BYTES)
        return fault_set(fault, STATUS_LIMIT, 0, "%s: path too long", path);
    if (disk->rename(disk->context, path, aside) != 0)
        return disk_fault(fault, "rename to", aside);
    return disk_sync_parent(disk, path, fault);
}
