#include "session/media_socket.h"

enum status media_socket_open(struct port_range *ports, const struct sockaddr_storage *address,
                              struct media_socket *out, struct fault *fault)
{
    struct media_socket opened = {.ports = ports, .local = *address, .descriptor = -1};

    enum status status = port_range_open(ports, address, &opened.descriptor, &opened.port, fault);
    if (status == STATUS_OK)
        *out = opened;
    return status;
}

void media_socket_close(struct media_socket *socket)
{
    if (socket->descriptor >= 0)
        port_range_close(socket->ports, socket->descriptor, socket->port);
    socket->descriptor = -1;
}
