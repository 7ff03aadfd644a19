#include "tests/bench/bare_listener.hpp"

#include "tests/bench/harness/session.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <iostream>
#include <string_view>
#include <utility>

namespace navette::bench {

namespace {

constexpr const char* kTable =
    "CREATE TABLE job (id text PRIMARY KEY, data jsonb NOT NULL, claimed_at timestamptz)";
// Committed before the job starts: after a crash it must be known what was under way.
constexpr const char* kClaim =
    "UPDATE job SET claimed_at = now() WHERE claimed_at IS NULL RETURNING id, data";

class MarkSocket {
  public:
    explicit MarkSocket(std::uint16_t port) : socket_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        address_.sin_family = AF_INET;
        address_.sin_port = htons(port);
        address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    }
    ~MarkSocket() { close(socket_); }
    MarkSocket(const MarkSocket&) = delete;
    MarkSocket& operator=(const MarkSocket&) = delete;

    void send(const std::string& id) const {
        const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
        const auto text = id + " " + std::to_string(now);
        sendto(
            socket_,
            text.data(),
            text.size(),
            0,
            reinterpret_cast<const sockaddr*>(&address_),
            sizeof address_
        );
    }

  private:
    int socket_;
    sockaddr_in address_{};
};

void listen_on(Session session, std::uint16_t marks) {
    const MarkSocket mark(marks);
    while (true) {
        bool stop = false;
        bool woken = false;
        while (PGnotify* notification = PQnotifies(session.get())) {
            stop = stop || std::string_view(notification->extra) == "stop";
            woken = true;
            PQfreemem(notification);
        }
        if (stop) {
            return;
        }
        if (woken) {
            const auto claimed = session.run("claim", {});
            for (int row = 0; row < PQntuples(claimed.get()); ++row) {
                mark.send(PQgetvalue(claimed.get(), row, 0));
            }
            session.exec("DELETE FROM job WHERE claimed_at IS NOT NULL");
        } else {
            pollfd waiting{PQsocket(session.get()), POLLIN, 0};
            poll(&waiting, 1, -1);
            if (PQconsumeInput(session.get()) != 1) {
                std::cerr << "the bare listener: " << PQerrorMessage(session.get());
                return;
            }
        }
    }
}

}  // namespace

BareListener::BareListener(const Database& database, std::uint16_t marks) : conninfo_(database.conninfo()) {
    database.exec(kTable);
    Session session(conninfo_);
    session.prepare("claim", kClaim);
    session.exec("LISTEN job");
    thread_ = std::thread(listen_on, std::move(session), marks);
}

BareListener::~BareListener() {
    try {
        Session(conninfo_).exec("NOTIFY job, 'stop'");
        thread_.join();
    } catch (const std::exception& error) {
        std::cerr << "the bare listener cannot be stopped: " << error.what() << '\n';
        thread_.detach();
    }
}

EnqueueCall BareListener::call() {
    return {
        "WITH added AS (INSERT INTO job (id, data) VALUES ($1, $2::jsonb) RETURNING id) SELECT "
        "pg_notify('job', '')",
        {"@id@", R"({"n": 1, "text": "forty bytes of text, as a small job has them"})"}
    };
}

}  // namespace navette::bench
