// The benchmarks' connector of a platform whose records come in pages: GET /contacts?after=N&limit=M, and
// POST /contacts for a batch of writes. See record_pages.hpp.
#include <navette/sdk/connector.hpp>

#include <string>
#include <utility>

namespace {

namespace sdk = navette::sdk;
namespace json = sdk::json;

sdk::Outcome failure(const sdk::HttpResult& result) {
    return result ? sdk::Outcome::retry("answered " + std::to_string(result->status))
                  : sdk::Outcome::unavailable(result.error().message);
}

std::optional<json::object> body_of(const sdk::HttpResult& result) {
    if (!result || result->status != 200) {
        return std::nullopt;
    }
    boost::system::error_code error;
    auto body = json::parse(result->body, error);
    return error || !body.is_object() ? std::nullopt : std::optional(std::move(body.get_object()));
}

sdk::RemoteRecord record_of(json::object one) {
    sdk::RemoteRecord record;
    record.remote_id = std::string(one.at("id").as_string());
    record.version = std::string(one.at("version").as_string());
    record.modified_at =
        sdk::Instant(std::chrono::milliseconds(one.at("modified").to_number<std::int64_t>()));
    record.fields = std::move(one.at("fields").as_object());
    return record;
}

struct Pager final : sdk::Connector {
    [[nodiscard]] std::string_view slug() const override { return "pager"; }

    sdk::Task<sdk::TestReport> test(sdk::Session&) override {
        co_return sdk::TestReport{true, "nothing to test"};
    }

    sdk::Task<std::vector<sdk::Outcome>> push(sdk::Session& session, std::vector<sdk::Operation> batch)
        override {
        json::array inputs;
        for (const auto& operation : batch) {
            inputs.push_back(json::object{{"id", operation.remote_id}, {"fields", operation.fields}});
        }
        json::object body;
        body["inputs"] = std::move(inputs);
        const auto result = co_await session.send(sdk::HttpRequest::post("/contacts").with_json(body));
        std::vector<sdk::Outcome> outcomes;
        for (const auto& operation : batch) {
            outcomes.push_back(
                body_of(result)
                    ? sdk::Outcome::done(
                          operation.remote_id.empty() ? "new-" + operation.entity_id : operation.remote_id
                      )
                    : failure(result)
            );
        }
        co_return outcomes;
    }

    sdk::Task<std::expected<sdk::PullPage, sdk::Outcome>> pull(
        sdk::Session& session, sdk::PullRequest request
    ) override {
        // A sweep that ended begins anew: the platform tells no time of change.
        const auto after = request.cursor.is_int64() ? request.cursor.get_int64() : 0;
        const auto result = co_await session.send(sdk::HttpRequest::get(
            "/contacts?after=" + std::to_string(after) + "&limit=" + std::to_string(request.limit)
        ));
        auto body = body_of(result);
        if (!body) {
            co_return std::unexpected(failure(result));
        }
        sdk::PullPage page;
        for (auto& one : body->at("records").as_array()) {
            page.records.push_back(record_of(std::move(one.as_object())));
        }
        page.more = body->at("more").as_bool();
        page.cursor = page.more ? body->at("last") : json::value();
        co_return page;
    }

    sdk::Task<std::expected<sdk::RemoteRecord, sdk::Outcome>> fetch(
        sdk::Session& session, std::string, std::string remote_id
    ) override {
        const auto before = std::to_string(std::stoll(remote_id) - 1);
        const auto result =
            co_await session.send(sdk::HttpRequest::get("/contacts?after=" + before + "&limit=1"));
        auto body = body_of(result);
        if (!body) {
            co_return std::unexpected(failure(result));
        }
        co_return record_of(std::move(body->at("records").as_array().front().as_object()));
    }
};

}  // namespace

NAVETTE_CONNECTOR(Pager)
