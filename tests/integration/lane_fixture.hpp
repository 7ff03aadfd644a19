// One lane with everything around it real but the platform: a connector whose every push is one request, and
// a transport that answers it from a script.
#pragma once

#include "daemon/engine/lane.hpp"
#include "tests/integration/schema_fixture.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace navette::test {

/// POSTs each batch to /<object>/<first entity id> and takes the status for its outcome; 599 makes it throw.
class ShopConnector final : public sdk::Connector {
  public:
    [[nodiscard]] std::string_view slug() const override { return "shop"; }

    sdk::Task<sdk::TestReport> test(sdk::Session& session) override {
        const auto answer = co_await session.send(sdk::HttpRequest::get("/test"));
        sdk::TestReport report;
        report.ok = answer && answer->status == 200;
        co_return report;
    }

    sdk::Task<std::vector<sdk::Outcome>> push(sdk::Session& session, std::vector<sdk::Operation> batch)
        override {
        boost::json::array records;
        for (const auto& operation : batch) {
            boost::json::object record = operation.fields;
            record["id"] = operation.entity_id;
            for (const auto& [name, remote_id] : operation.references) {
                record[name] = remote_id;
            }
            records.push_back(std::move(record));
        }
        auto request = sdk::HttpRequest::post("/" + batch.front().object + "/" + batch.front().entity_id)
                           .with_json(records);
        const auto answer = co_await session.send(std::move(request));
        std::vector<sdk::Outcome> outcomes;
        for (const auto& operation : batch) {
            outcomes.push_back(outcome_of(answer ? answer->status : 503, operation));
        }
        co_return outcomes;
    }

    /// GETs /<object>/<remote id>; of an "unasked" one it knows without a request that it is gone.
    sdk::Task<std::expected<sdk::RemoteRecord, sdk::Outcome>> fetch(
        sdk::Session& session, std::string object, std::string remote_id
    ) override {
        if (remote_id == "unasked") {
            co_return std::unexpected(sdk::Outcome::gone("the shop has no such record"));
        }
        const auto answer = co_await session.send(sdk::HttpRequest::get("/" + object + "/" + remote_id));
        const int status = answer ? answer->status : 503;
        if (status == 404) {
            co_return std::unexpected(sdk::Outcome::gone("the shop has no such record"));
        }
        if (status != 200) {
            sdk::Operation operation;
            operation.entity_id = remote_id;
            co_return std::unexpected(outcome_of(status, operation));
        }
        sdk::RemoteRecord record;
        record.remote_id = remote_id;
        record.version = "7";
        record.fields = {{"name", "as fetched"}};
        co_return record;
    }

  private:
    static sdk::Outcome outcome_of(int status, const sdk::Operation& operation) {
        const auto why = "the shop says " + std::to_string(status);
        switch (status) {
            case 200:
                return sdk::Outcome::done("remote_" + operation.entity_id);
            case 401:
                return sdk::Outcome::needs_reauth(why);
            case 403:
                return sdk::Outcome::misconfigured(why);
            case 422:
                return sdk::Outcome::rejected(why, "name");
            case 429:
                return sdk::Outcome::throttled(why, std::chrono::milliseconds(200));
            case 503:
                return sdk::Outcome::unavailable(why);
            case 599:
                throw std::runtime_error("an index out of range");
            default:
                return sdk::Outcome::retry(why);
        }
    }
};

/// Answers by path, in the order scripted, else 200; remembers what was sent and how much at once.
class ScriptedTransport final : public engine::Transport {
  public:
    struct Sent {
        std::string path;
        std::string body;
        std::chrono::steady_clock::time_point at;
    };

    sdk::Task<sdk::HttpResult> send(outbound::WireRequest request) override {
        const auto path = request.url.substr(std::string_view("http://shop.test").size());
        const auto object = path.substr(1, path.find('/', 1) - 1);
        sent.push_back({path, request.body, std::chrono::steady_clock::now()});
        const auto busy = ++in_flight_[object];
        most_in_flight[object] = std::max(most_in_flight[object], busy);
        overlapped = overlapped || !paths_in_flight_.insert(path).second;
        boost::asio::steady_timer answering(co_await boost::asio::this_coro::executor);
        do {
            answering.expires_after(std::chrono::milliseconds(2));
            co_await answering.async_wait(boost::asio::use_awaitable);
        } while (held.contains(path));
        paths_in_flight_.erase(path);
        --in_flight_[object];
        sdk::HttpResponse response;
        response.status = 200;
        if (auto& planned = script[path]; !planned.empty()) {
            response.status = planned.front();
            planned.pop_front();
        }
        co_return response;
    }

    [[nodiscard]] std::vector<std::string> paths() const {
        std::vector<std::string> all;
        for (const auto& one : sent) {
            all.push_back(one.path);
        }
        return all;
    }

    std::map<std::string, std::deque<int>> script;
    std::set<std::string> held;  // these get no answer as long as they stand here
    std::vector<Sent> sent;
    std::map<std::string, int> most_in_flight;
    bool overlapped = false;  // two requests for one path were in flight at once

  private:
    std::map<std::string, int> in_flight_;
    std::set<std::string> paths_in_flight_;
};

class LaneTest : public OwnedIntegrationTest {
  protected:
    LaneTest() {
        auto loaded = std::make_shared<plugins::LoadedConnector>();
        loaded->manifest.slug = "shop";
        loaded->manifest.name = "Shop";
        loaded->manifest.base_url = "http://shop.test";
        loaded->manifest.concurrency = 16;
        loaded->manifest.retry = {3, std::chrono::milliseconds(10), std::chrono::milliseconds(40)};
        for (const std::string name : {"item", "customer", "order", "bulk", "slow"}) {
            config::ObjectSpec object;
            object.name = name;
            object.actions = {"upsert", "delete"};
            config::MappingRule rule;
            rule.local = "name";
            rule.remote = "name";
            object.mapping.push_back(std::move(rule));
            loaded->manifest.objects.push_back(std::move(object));
        }
        object(*loaded, "bulk").batch = 3;
        object(*loaded, "slow").settle = std::chrono::milliseconds(300);
        config::Dependency dependency;
        dependency.object = "customer";
        dependency.id = "customer.id";
        dependency.record = "customer";
        dependency.reference = "buyer";
        object(*loaded, "order").depends_on.push_back(std::move(dependency));
        connector_ = std::move(loaded);
        connector_->connector = std::make_shared<ShopConnector>();

        workshop_.sleeps = [](const std::string&) {};
        workshop_.wakes = [](const std::string&) {};
        workshop_.holds_lease = [this](const std::string&, std::int64_t) { return lease_is_fresh_; };
        workshop_.settings.batch = 100;
        workshop_.settings.dependency_wait = std::chrono::hours(1);
        workshop_.settings.retest = std::chrono::milliseconds(100);
        journal_.act_as(kNode);
        boost::asio::co_spawn(context_, journal_.run(lane_database_), [this](std::exception_ptr) {
            journal_over_ = true;
        });
    }

    ~LaneTest() override {
        transport_.held.clear();
        if (lane_) {
            lane_->stop();
            run_until(context_, [this] { return lane_over_ && lane_->running() == 0; });
        }
        journal_.stop();
        run_until(context_, [this] { return journal_over_; });
        lane_database_.close();
        context_.restart();
        context_.poll();
    }

    static config::ObjectSpec& object(plugins::LoadedConnector& loaded, std::string_view name) {
        return *std::ranges::find(loaded.manifest.objects, name, &config::ObjectSpec::name);
    }
    config::ObjectSpec& object(std::string_view name) { return object(*connector_, name); }

    /// Puts the integration together and sets its lane to work.
    void start_lane(std::int64_t epoch = 1) {
        auto rows = must(run(store::load_integrations(connection(), {"int_1"})));
        const plugins::Inventory inventory({connector_}, {});
        auto integration = must(engine::Integration::assemble(rows.front(), inventory, std::nullopt));
        lane_ = std::make_shared<engine::Lane>(workshop_, std::move(integration), epoch);
        boost::asio::co_spawn(context_, lane_->run(), [this](std::exception_ptr error) {
            lane_over_ = true;
            EXPECT_FALSE(error) << "the lane's loop threw";
        });
    }

    /// While it lasts, no other item is sent.
    void start_with_a_slow_call() {
        transport_.held.insert("/item/first");
        add_job("first");
        start_lane();
        run_until(context_, [&] { return transport_.sent.size() == 1; });
    }

    /// Lets the lane work until the database answers this number.
    void work_until(const std::string& sql, long wanted) {
        pqxx::connection observer(database_.url());
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(15);
        long seen = -1;
        while (seen != wanted) {
            if (std::chrono::steady_clock::now() > deadline) {
                throw std::runtime_error(sql + ": it stays " + std::to_string(seen));
            }
            work_for(std::chrono::milliseconds(3));
            pqxx::nontransaction work(observer);
            seen = work.exec(sql)[0][0].as<long>(0);
        }
    }

    void work_until_empty() { work_until("SELECT count(*) FROM navette.sync_queue", 0); }

    /// To see that something does not happen.
    void work_for(std::chrono::milliseconds span) {
        context_.restart();
        context_.run_for(span);
    }

    std::string job(long id, const std::string& columns) {
        return database_.value(
            "SELECT concat_ws('|', " + columns + ") FROM navette.sync_queue WHERE id = " + std::to_string(id)
        );
    }

    std::string logged(const std::string& columns) {
        return database_.value(
            "SELECT string_agg(concat_ws('|', " + columns + "), ' / ' ORDER BY id) FROM navette.sync_logs"
        );
    }

    /// The time between two of the requests that were sent.
    std::chrono::milliseconds between(std::size_t first, std::size_t second) const {
        return std::chrono::duration_cast<std::chrono::milliseconds>(
            transport_.sent.at(second).at - transport_.sent.at(first).at
        );
    }

    std::shared_ptr<plugins::LoadedConnector> connector_;
    ScriptedTransport transport_;
    engine::Database lane_database_{context_.get_executor(), database_.url()};
    engine::Journal journal_{context_.get_executor()};
    engine::Accounts accounts_{context_.get_executor()};
    std::mt19937_64 random_{1};
    engine::CallPlaces places_{100};
    engine::SuspectRoom suspects_;
    core::MemoryShares memory_{engine::kJobMemory};
    engine::Workshop workshop_{
        context_.get_executor(),
        {lane_database_, journal_},
        {lane_database_, journal_},
        accounts_,
        transport_,
        random_,
        places_,
        suspects_,
        memory_,
        kNode,
        {},
        {},
        {},
        {}
    };
    std::shared_ptr<engine::Lane> lane_;
    bool lease_is_fresh_ = true;

  private:
    bool journal_over_ = false;
    bool lane_over_ = false;
};

}  // namespace navette::test
