#include "tests/bench/enqueue_rate.hpp"

#include "tests/bench/harness/session.hpp"

#include <barrier>
#include <future>
#include <stdexcept>

namespace navette::bench {

namespace {

using std::chrono::steady_clock;

constexpr int kWarmUp = 100;  // statements of each connection before the clock starts

void replace(std::string& text, const std::string& what, const std::string& with) {
    if (const auto at = text.find(what); at != std::string::npos) {
        text.replace(at, what.size(), with);
    }
}

void prepare(Session& session, const EnqueueCall& call) {
    if (call.prepared) {
        session.prepare("enqueue", call.sql);
    }
}

void carry_out(Session& session, const EnqueueCall& call, const std::vector<std::string>& parameters) {
    if (call.prepared) {
        session.run("enqueue", parameters);
    } else {
        session.exec(call.sql, parameters);
    }
}

/// What one client did, and from when to when.
struct Share {
    long rows = 0;
    steady_clock::time_point began;
    steady_clock::time_point ended;
};

Share client(
    const std::string& conninfo,
    const EnqueueCall& call,
    int connection,
    std::chrono::milliseconds time,
    std::barrier<>& start
) {
    Session session(conninfo);
    prepare(session, call);
    Share share;
    long number = 0;
    while (number < kWarmUp) {
        carry_out(session, call, filled_in(call, connection, ++number));
    }
    start.arrive_and_wait();
    share.began = steady_clock::now();
    for (share.ended = share.began; share.ended - share.began < time; share.ended = steady_clock::now()) {
        carry_out(session, call, filled_in(call, connection, ++number));
        ++share.rows;
    }
    return share;
}

std::string data_of(long number) {
    return R"({"n": )" + std::to_string(number) +
           R"(, "text": "forty bytes of text, as a small job has them"})";
}

}  // namespace

std::vector<std::string> filled_in(const EnqueueCall& call, int connection, long number) {
    auto parameters = call.parameters;
    for (auto& parameter : parameters) {
        replace(parameter, "@c@", std::to_string(connection));
        replace(parameter, "@id@", std::to_string(connection) + "-" + std::to_string(number));
    }
    return parameters;
}

double single_rate(
    const Database& database, const EnqueueCall& call, int connections, std::chrono::milliseconds time
) {
    {
        // What cannot work fails here, where nobody waits for it.
        Session session(database.conninfo());
        prepare(session, call);
        carry_out(session, call, filled_in(call, 1, 0));
    }
    std::barrier<> start(connections);
    std::vector<std::future<Share>> clients;
    for (int connection = 1; connection <= connections; ++connection) {
        clients.push_back(std::async(
            std::launch::async,
            client,
            database.conninfo(),
            std::cref(call),
            connection,
            time,
            std::ref(start)
        ));
    }
    double rate = 0;
    for (auto& one : clients) {
        const auto share = one.get();
        rate += static_cast<double>(share.rows) /
                std::chrono::duration<double>(share.ended - share.began).count();
    }
    return rate;
}

double bulk_rate(const Database& database, const std::string& sql, long rows, long page) {
    Session session(database.conninfo());
    session.prepare("enqueue", sql);
    std::vector<std::vector<std::string>> pages;
    for (long at = 0; at < rows; at += page) {
        std::string ids = "{";
        std::string data = "{";
        for (long number = at; number < std::min(at + page, rows); ++number) {
            const std::string separator = number == at ? "" : ",";
            ids += separator + std::to_string(number);
            data += separator + '"';
            for (const char c : data_of(number)) {
                data += c == '"' ? std::string("\\\"") : std::string(1, c);
            }
            data += '"';
        }
        pages.push_back({ids + "}", data + "}"});
    }
    const auto began = steady_clock::now();
    for (const auto& parameters : pages) {
        session.run("enqueue", parameters);
    }
    return static_cast<double>(rows) / std::chrono::duration<double>(steady_clock::now() - began).count();
}

double copy_rate(const Database& database, const std::string& copy, long rows, long page) {
    Session session(database.conninfo());
    std::vector<std::string> pages;
    for (long at = 0; at < rows; at += page) {
        std::string text;
        for (long number = at; number < std::min(at + page, rows); ++number) {
            text +=
                "bench\tnoop0001\tping.sent\tping\t" + std::to_string(number) + '\t' + data_of(number) + '\n';
        }
        pages.push_back(std::move(text));
    }
    const auto began = steady_clock::now();
    for (const auto& text : pages) {
        session.exec(copy);
        if (PQputCopyData(session.get(), text.data(), static_cast<int>(text.size())) != 1 ||
            PQputCopyEnd(session.get(), nullptr) != 1) {
            throw std::runtime_error(PQerrorMessage(session.get()));
        }
        session.receive();
    }
    return static_cast<double>(rows) / std::chrono::duration<double>(steady_clock::now() - began).count();
}

}  // namespace navette::bench
