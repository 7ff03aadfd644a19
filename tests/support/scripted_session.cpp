#include "tests/support/scripted_session.hpp"

#include "tests/support/request_recorder.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <utility>

namespace navette::support {

namespace json = sdk::json;

namespace {

std::string line_of(const sdk::HttpRequest& request) {
    auto line = std::string(sdk::to_string(request.method)) + " " + request.path;
    char joint = '?';
    for (const auto& [name, value] : request.query) {
        line += joint;
        line.append(name).append("=").append(value);
        joint = '&';
    }
    return line;
}

/// Path and query as they go on the wire.
std::string target_of(const sdk::HttpRequest& request) {
    auto target = request.path;
    char joint = target.find('?') == std::string::npos ? '?' : '&';
    for (const auto& [name, value] : request.query) {
        target += joint;
        target.append(sdk::path_segment(name)).append("=").append(sdk::path_segment(value));
        joint = '&';
    }
    return target;
}

/// Whether `whole` holds everything that `part` asks for. Lists must have equal lengths.
bool holds(const json::value& whole, const json::value& part) {
    if (part.is_object()) {
        return whole.is_object() && std::ranges::all_of(part.get_object(), [&](const auto& member) {
                   const auto* value = whole.get_object().if_contains(member.key());
                   return value != nullptr && holds(*value, member.value());
               });
    }
    if (part.is_array()) {
        return whole.is_array() && std::ranges::equal(whole.get_array(), part.get_array(), holds);
    }
    return whole == part;
}

template <class T>
T run_to_end(sdk::Task<T> task) {
    boost::asio::io_context context(1);
    std::optional<T> result;
    std::exception_ptr thrown;
    boost::asio::co_spawn(context, std::move(task), [&](std::exception_ptr error, T value) {
        thrown = std::move(error);
        result = std::move(value);
    });
    context.run();
    if (thrown) {
        std::rethrow_exception(thrown);
    }
    if (!result) {
        throw std::logic_error("the coroutine waits for something that no scripted session provides");
    }
    return std::move(*result);
}

}  // namespace

ScriptedSession::Exchange& ScriptedSession::Exchange::with(std::string_view json_text) {
    members_ = json::parse(json_text);
    return *this;
}

ScriptedSession::Exchange& ScriptedSession::Exchange::without(std::string member) {
    absent_.push_back(std::move(member));
    return *this;
}

ScriptedSession::Exchange& ScriptedSession::Exchange::without_body() {
    no_body_ = true;
    return *this;
}

ScriptedSession::Exchange& ScriptedSession::Exchange::with_header(std::string name, std::string value) {
    headers_.push_back({std::move(name), std::move(value)});
    return *this;
}

void ScriptedSession::Exchange::answer(int status, std::string body, std::string content_type) {
    sdk::HttpResponse response;
    response.status = status;
    response.headers.push_back({"Content-Type", std::move(content_type)});
    response.body = std::move(body);
    result_ = std::move(response);
}

void ScriptedSession::Exchange::fail(sdk::TransportFailure::Kind kind, std::string message) {
    result_ = std::unexpected(sdk::TransportFailure(kind, std::move(message)));
}

std::string ScriptedSession::Exchange::complaint_about(const sdk::HttpRequest& request) const {
    if (line_of(request) != line_) {
        return "expected " + line_ + "\n but came " + line_of(request);
    }
    if (no_body_ && !request.body.empty()) {
        return line_ + " came with a body: " + request.body;
    }
    for (const auto& wanted : headers_) {
        const bool is_there = std::ranges::any_of(request.headers, [&](const sdk::Header& header) {
            return header.name == wanted.name && header.value == wanted.value;
        });
        if (!is_there) {
            return line_ + " came without the header " + wanted.name + ": " + wanted.value;
        }
    }
    if (!members_ && absent_.empty()) {
        return {};
    }
    json::error_code error;
    const auto body = json::parse(request.body, error);
    if (error) {
        return line_ + " came with a body that is no JSON: " + request.body;
    }
    if (members_ && !holds(body, *members_)) {
        return line_ + " came with another body\n expected at least " + json::serialize(*members_) +
               "\n but came " + request.body;
    }
    for (const auto& member : absent_) {
        if (body.is_object() && body.get_object().contains(member)) {
            return line_ + " came with the member " + member + ": " + request.body;
        }
    }
    return {};
}

ScriptedSession::~ScriptedSession() {
    for (auto at = next_; at < script_.size(); ++at) {
        ADD_FAILURE() << "a request did not come: " << script_[at].line_;
    }
}

ScriptedSession::Exchange& ScriptedSession::expect(std::string line) {
    return script_.emplace_back(std::move(line));
}

sdk::Task<sdk::HttpResult> ScriptedSession::send(sdk::HttpRequest request) {
    sent_.push_back(request);
    record_request({}, request.method, target_of(request), request.headers, request.body);
    if (next_ >= script_.size()) {
        ADD_FAILURE() << "an unexpected request: " << line_of(request) << " " << request.body;
        co_return std::unexpected(
            sdk::TransportFailure(sdk::TransportFailure::Kind::refused, "not in the script")
        );
    }
    const auto& exchange = script_[next_++];
    if (const auto complaint = exchange.complaint_about(request); !complaint.empty()) {
        ADD_FAILURE() << complaint;
        co_return std::unexpected(
            sdk::TransportFailure(sdk::TransportFailure::Kind::refused, "not in the script")
        );
    }
    if (exchange.result_) {
        co_return *exchange.result_;
    }
    sdk::HttpResponse empty;
    empty.status = 200;
    co_return empty;
}

json::value ScriptedSession::recall(std::string_view key) const {
    const auto found = memory_.find(key);
    return found == memory_.end() ? json::value() : found->second;
}

void ScriptedSession::remember(std::string_view key, json::value value) {
    memory_.insert_or_assign(std::string(key), std::move(value));
}

sdk::TestReport run(sdk::Task<sdk::TestReport> task) {
    return run_to_end(std::move(task));
}

std::vector<sdk::Outcome> run(sdk::Task<std::vector<sdk::Outcome>> task) {
    return run_to_end(std::move(task));
}

std::expected<sdk::PullPage, sdk::Outcome> run(sdk::Task<std::expected<sdk::PullPage, sdk::Outcome>> task) {
    return run_to_end(std::move(task));
}

std::expected<std::vector<sdk::SubscriptionState>, sdk::Outcome> run(
    sdk::Task<std::expected<std::vector<sdk::SubscriptionState>, sdk::Outcome>> task
) {
    return run_to_end(std::move(task));
}

std::expected<sdk::RemoteRecord, sdk::Outcome> run(
    sdk::Task<std::expected<sdk::RemoteRecord, sdk::Outcome>> task
) {
    return run_to_end(std::move(task));
}

}  // namespace navette::support
