#include "web/api/service.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/bounds.h"
#include "base/log.h"
#include "storage/seal/keys.h"
#include "storage/seal/sign_in.h"
#include "web/api/api.h"
#include "web/api/control_routes.h"
#include "web/api/recording_routes.h"
#include "web/api/server.h"
#include "web/api/static_files.h"

struct service {
    char index_path[BOUND_PATH_BYTES];
    struct private_keys *keys;
    struct public_keys *signers;
    struct sign_in_key *sign_in;
    struct static_files *files;
    struct api api;
    struct server *server;
};

/* Fail at the start, in words, rather than at the first request. */
static enum status check_index(struct service *service, const char *store, struct fault *fault)
{
    struct index *index = NULL;
    int length =
        snprintf(service->index_path, sizeof service->index_path, "%s/index.sqlite", store);

    if (length < 0 || (size_t)length >= sizeof service->index_path)
        return fault_set(fault, STATUS_LIMIT, 0, "the store's path is too long");
    enum status status = index_open(service->index_path, &index, fault);
    index_close(index);
    return status;
}

static enum status load_portal(struct service *service, const char *directory, struct fault *fault)
{
    enum status status = static_files_load(directory, &service->files, fault);

    if (status != STATUS_NOT_FOUND)
        return status;
    log_event(LOG_WARNING, "portal.missing", "directory=%s", directory);
    return STATUS_OK;
}

static enum status open_parts(struct service *service, const struct config *config,
                              struct fault *fault)
{
    struct api *api = &service->api;
    enum status status = check_index(service, config->store, fault);

    if (status == STATUS_OK)
        status = private_keys_open(&disk_system, config->keys, config->master_key, &service->keys,
                                   fault);
    if (status == STATUS_OK)
        status = public_keys_open(&disk_system, config->keys, &service->signers, fault);
    if (status == STATUS_OK)
        status = sign_in_open(&disk_system, config->keys, &service->sign_in, fault);
    if (status == STATUS_OK)
        status = load_portal(service, config->portal, fault);
    if (status != STATUS_OK)
        return status;
    api->volumes = volumes_of(config);
    api->keys = config->keys;
    api->master_key = config->master_key;
    (void)recording_routes_master_is_old(api); /* an operator should know before somebody listens */
    api->sign_in = service->sign_in;
    status = index_writer_open(service->index_path, &api->writer);
    if (status == STATUS_OK)
        status = readers_create(service->keys, service->signers,
                                (size_t)config->http_connections_max, &api->readers);
    if (status == STATUS_OK)
        status = throttle_create(&api->throttle);
    if (status == STATUS_OK)
        status = pin_check_create(&api->pin_check);
    if (status != STATUS_OK)
        return fault_set(fault, status, 0, "prepare the service");
    const struct control_waits_spec waits = {.index_path = service->index_path,
                                             .writer = api->writer,
                                             .wait_ms = CONTROL_WAIT_MS,
                                             .done = control_routes_finish};
    return control_waits_start(&waits, &api->waits, fault);
}

enum status service_start(const struct config *config, struct service **out, struct fault *fault)
{
    struct service *service = calloc(1, sizeof *service);

    if (!service)
        return fault_set(fault, STATUS_NOMEM, 0, "prepare the service");
    enum status status = open_parts(service, config, fault);
    if (status == STATUS_OK) {
        struct server_spec spec = {
            .listen = config->http_listen,
            .connections_max = (unsigned)config->http_connections_max,
            .connections_per_address_max = (unsigned)config->http_connections_per_address_max,
            .index_path = service->index_path,
            .api = &service->api,
            .files = service->files,
        };
        status = server_start(&spec, &service->server, fault);
    }
    if (status != STATUS_OK) {
        service_stop(service);
        return status;
    }
    *out = service;
    return STATUS_OK;
}

uint16_t service_port(const struct service *service)
{
    return server_port(service->server);
}

void service_tick(struct service *service, mono_time now)
{
    server_tick(service->server, now);
    readers_expire(service->api.readers, now);
}

void service_stop(struct service *owned_service)
{
    if (!owned_service)
        return;
    server_destroy(owned_service->server);
    control_waits_destroy(owned_service->api.waits);
    pin_check_destroy(owned_service->api.pin_check);
    throttle_destroy(owned_service->api.throttle);
    readers_destroy(owned_service->api.readers);
    index_writer_close(owned_service->api.writer);
    static_files_destroy(owned_service->files);
    sign_in_close(owned_service->sign_in);
    public_keys_close(owned_service->signers);
    private_keys_close(owned_service->keys);
    free(owned_service);
}
