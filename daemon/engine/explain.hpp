// What would happen to a job if it ran now: the exact requests, and the rest in words. Sends nothing, changes
// nothing.
#pragma once

#include "daemon/engine/integration.hpp"
#include "daemon/engine/transport.hpp"
#include "daemon/store/completion.hpp"
#include "daemon/store/connection.hpp"
#include "daemon/store/job.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <memory>
#include <string>
#include <vector>

namespace navette::engine {

enum class Prospect {
    sends,      // the last request is the first that would have an effect
    reads,      // only reads so far: what follows hangs on the platform's answers
    unchanged,  // no request: nothing changed since the record was last sent
    nothing,    // no request is needed
    waits,      // for a parent that cannot be brought along
    fails,      // a dead letter: rejected, or its parent is one
};

/// "sends", "reads", ...: for JSON.
[[nodiscard]] std::string_view to_string(Prospect prospect);

struct Explanation {
    Prospect prospect = Prospect::nothing;
    std::string record;  // "order LU240515001"
    std::string action;  // "upsert"; empty where the job cannot be planned
    std::vector<std::string> sentences;
    boost::json::array requests;  // {method, url, headers, body}, in order, secrets redacted
    std::vector<std::string> remarks;
    std::vector<Explanation> parents;  // records that would be brought along first
};

/// Explains a job, which need not stand in the queue. Looks up links in the database; fails only where that
/// cannot be read. With `reads`, the connector's reads go to the platform, so that what follows hangs on its
/// real answers; without, they find nothing.
boost::asio::awaitable<core::Result<Explanation>> explain(
    std::shared_ptr<store::Connection> connection,
    std::shared_ptr<const Integration> integration,
    store::Job job,
    std::shared_ptr<Transport> reads
);

/// The same, without reads, from a thread that may wait for the database: over a connection of its own.
[[nodiscard]] core::Result<Explanation> explain_waiting(
    const std::string& conninfo, std::shared_ptr<const Integration> integration, store::Job job
);

/// {record, action, prospect, sentences, requests, remarks, parents}
[[nodiscard]] boost::json::object to_json(const Explanation& told);

}  // namespace navette::engine
