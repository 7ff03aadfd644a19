#include "tests/standin/control.hpp"

#include "tests/standin/pause.hpp"

#include <boost/json.hpp>

#include <chrono>
#include <optional>
#include <utility>

namespace navette::standin {

namespace json = boost::json;
namespace asio = boost::asio;

namespace {

constexpr std::string_view kPrefix = "/__standin/";

Response ok() {
    return {200, "application/json", R"({"ok":true})"};
}

Response bad_request(const std::string& reason) {
    return {400, "application/json", json::serialize(json::object{{"error", reason}})};
}

/// The switches of POST /__standin/deliveries; nothing where they cannot be read.
std::optional<std::pair<Disorder, std::uint64_t>> disorder_of(const std::string& body) {
    boost::system::error_code error;
    const auto read = json::parse(body, error);
    if (error || !read.is_object()) {
        return std::nullopt;
    }
    Disorder disorder;
    std::uint64_t seed = 1;
    for (const auto& [name, value] : read.get_object()) {
        const auto number = value.is_number() ? value.to_number<double>() : -1;
        const bool is_probability = number >= 0 && number <= 1;
        if (name == "lost" && is_probability) {
            disorder.lost = number;
        } else if (name == "repeated" && is_probability) {
            disorder.repeated = number;
        } else if (name == "late" && is_probability) {
            disorder.late = number;
        } else if (name == "late_ms" && number >= 0) {
            disorder.late_by = std::chrono::milliseconds(value.to_number<std::int64_t>());
        } else if (name == "seed" && number >= 0) {
            seed = value.to_number<std::uint64_t>();
        } else {
            return std::nullopt;
        }
    }
    return std::pair(disorder, seed);
}

/// Still labelled JSON and of the promised length, but no parser takes it.
std::string without_its_end(const std::string& body) {
    return body.size() > 2 ? body.substr(0, body.size() / 2) : "{\"";
}

Response lost(Response response, Loss loss) {
    switch (loss) {
        case Loss::reset:
            response.ending = Ending::reset;
            break;
        case Loss::truncate:
            response.ending = Ending::cut_body;
            break;
        case Loss::malformed:
            response.body = without_its_end(response.body);
            break;
        case Loss::gateway_timeout:
            response = {504, "text/html", "<html><head><title>504 Gateway Time-out</title></head></html>"};
            break;
    }
    return response;
}

}  // namespace

Response Control::own_answer(const Request& request) {
    const std::string_view action = request.path().substr(kPrefix.size());
    if (action == "effects" && request.method == "GET") {
        return {200, "application/json", json::serialize(effects_.report())};
    }
    if (action == "faults" && request.method == "DELETE") {
        faults_.clear();
        return ok();
    }
    if (action == "faults" && request.method == "POST") {
        boost::system::error_code error;
        const json::value switches = json::parse(request.body, error);
        if (error) {
            return bad_request("faults: the body is not JSON: " + error.message());
        }
        const auto done = faults_.set(switches);
        return done ? ok() : bad_request(done.error().message);
    }
    if (action == "reset" && request.method == "POST") {
        platform_.reset();
        effects_.reset();
        faults_.reset();
        if (outbox_ != nullptr) {
            outbox_->reset();
        }
        return ok();
    }
    if (action == "deliveries" && request.method == "GET" && outbox_ != nullptr) {
        return {200, "application/json", json::serialize(outbox_->report())};
    }
    if (action == "outbox" && request.method == "GET" && outbox_ != nullptr) {
        return {200, "application/json", json::serialize(json::object{{"under_way", outbox_->under_way()}})};
    }
    if (action == "deliveries" && request.method == "POST" && outbox_ != nullptr) {
        const auto wanted = disorder_of(request.body);
        if (!wanted) {
            return bad_request("deliveries: lost, repeated and late are from 0 to 1; late_ms, seed");
        }
        outbox_->disturb(wanted->first, wanted->second);
        return ok();
    }
    if (auto answer = platform_.control(action, request)) {
        return std::move(*answer);
    }
    return {
        404, "application/json", R"({"error":"the stand-in does not know that; see tests/standin/README.md"})"
    };
}

asio::awaitable<Response> Control::answer(Request request) {
    if (request.path().starts_with(kPrefix)) {
        co_return own_answer(request);
    }
    effects_.request(platform_.endpoint(request));
    const Fault fault = faults_.draw(request.method, platform_.resource_path(request));
    co_await pause(fault.delay);
    if (fault.reset_before) {
        Response nothing;
        nothing.ending = Ending::reset;
        co_return nothing;
    }
    if (fault.outage) {
        co_return platform_.outage(*fault.outage);
    }
    Response response = co_await platform_.answer(std::move(request));
    co_await pause(fault.delay_after);
    co_return fault.loss ? lost(std::move(response), *fault.loss) : std::move(response);
}

}  // namespace navette::standin
