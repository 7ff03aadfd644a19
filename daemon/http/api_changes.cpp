#include "daemon/http/api_changes.hpp"

#include "daemon/http/body_reader.hpp"
#include "daemon/http/page.hpp"
#include "daemon/http/query_reader.hpp"
#include "daemon/store/admin_changes.hpp"

#include <boost/asio/this_coro.hpp>
#include <boost/json/array.hpp>

#include <limits>

namespace navette::http {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

using Clock = std::chrono::steady_clock;

// Below the 30 s after which many clients and proxies give up.
constexpr int kLongestWait = 25;  // seconds
/// What the request asks for.
struct Question {
    std::string tenant;
    std::int64_t after = 0;
    int limit = kDefaultPage;
    std::chrono::seconds wait{0};
};

std::expected<Question, Response> read_question(const Request& request) {
    QueryReader query(request);
    Question question;
    question.tenant = query.tenant().value_or("");
    question.after = query.number("after", 0, std::numeric_limits<std::int64_t>::max()).value_or(0);
    question.limit = static_cast<int>(query.number("limit", 1, kLargestPage).value_or(kDefaultPage));
    question.wait = std::chrono::seconds(query.number("wait", 0, kLongestWait).value_or(0));
    if (question.tenant.empty()) {
        query.complain("tenant", "is missing: each tenant has a feed of its own");
    }
    if (auto mistake = query.mistake()) {
        return std::unexpected(std::move(*mistake));
    }
    return question;
}

/// A part of the feed and whether it holds anything. Written on the desk's thread, read when that is done.
struct Answer {
    bool is_empty = true;
};

Response read_feed(store::AdminSession& session, const Question& question, Answer& answer) {
    const auto changes = store::changes_after(session, question.tenant, question.after, question.limit);
    if (!changes) {
        return problem(changes.error());
    }
    answer.is_empty = changes->empty();
    const auto reached = changes->empty() ? question.after : changes->back().at("position").as_int64();
    return json_response(
        200, json::object{{"data", json::array(changes->begin(), changes->end())}, {"next_after", reached}}
    );
}

asio::awaitable<Response> feed(DatabaseDesk& desk, std::shared_ptr<ChangeWatch> watch, Request request) {
    const auto question = read_question(request);
    if (!question) {
        co_return question.error();
    }
    const auto deadline = Clock::now() + question->wait;
    const auto executor = co_await asio::this_coro::executor;
    const auto place = question->wait.count() > 0 ? watch->enter(executor, question->tenant) : nullptr;
    const auto answer = std::make_shared<Answer>();
    const Operation reading = [question = *question, answer](store::AdminSession& session, const Request&) {
        return read_feed(session, question, *answer);
    };
    while (true) {
        auto response = co_await desk.run(reading, request);
        if (response.status != 200 || !answer->is_empty || !place || Clock::now() >= deadline) {
            co_return response;
        }
        if (!co_await place->wait(deadline)) {
            co_return response;
        }
    }
}

Response acknowledge(store::AdminSession& session, const Request& request) {
    auto body = BodyReader::read(request);
    if (!body) {
        return body.error();
    }
    const auto tenant = body->tenant(request);
    const auto position = body->number("position", 0, std::numeric_limits<std::int64_t>::max());
    if (!position) {
        body->complain("position", "is missing: the last entry of the feed that was taken in");
    }
    if (auto mistake = body->mistake()) {
        return std::move(*mistake);
    }
    if (const auto done = store::acknowledge_changes(session, tenant.value_or(""), *position); !done) {
        return problem(done.error());
    }
    Response done;
    done.status = 204;
    return done;
}

}  // namespace

void add_change_routes(Router& router, DatabaseDesk& desk, std::shared_ptr<ChangeWatch> watch) {
    router.add({"GET", "/api/v1/changes", Access::read, [&desk, watch = std::move(watch)](Request request) {
                    return feed(desk, watch, std::move(request));
                }});
    router.add({"POST", "/api/v1/changes/acknowledge", Access::write, desk.handler(acknowledge)});
}

}  // namespace navette::http
