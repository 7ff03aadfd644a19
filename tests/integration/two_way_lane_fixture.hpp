// A lane with a two-way object, and the platform's people behind it.
#pragma once

#include "tests/integration/lane_fixture.hpp"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace navette::test {

/// A platform that holds people, takes updates field by field and shows what it holds.
class PeopleConnector final : public sdk::Connector {
  public:
    [[nodiscard]] std::string_view slug() const override { return "shop"; }

    sdk::Task<sdk::TestReport> test(sdk::Session&) override { co_return sdk::TestReport(true, "it works"); }

    sdk::Task<std::vector<sdk::Outcome>> push(sdk::Session& session, std::vector<sdk::Operation> batch)
        override {
        std::vector<sdk::Outcome> outcomes;
        for (auto& operation : batch) {
            auto request = sdk::HttpRequest::post("/person/" + operation.entity_id);
            const auto answer = co_await session.send(std::move(request));
            const auto id = operation.remote_id.empty() ? found_or_made(operation) : operation.remote_id;
            if (std::exchange(is_down, false)) {
                outcomes.push_back(sdk::Outcome::unavailable("out of service"));
                continue;
            }
            if (absent.contains(id) && operation.action != sdk::Action::remove) {
                outcomes.push_back(sdk::Outcome::gone("there is no such person"));
                continue;
            }
            if (!undelivered) {
                apply(id, operation);
            }
            if (auto happens = std::exchange(instead_of_answer, {})) {
                happens();
                undelivered = false;
                // As connectors say of an update, which may be sent twice: not that it may have been applied.
                outcomes.push_back(sdk::Outcome::retry("no answer"));
                continue;
            }
            outcomes.push_back(sdk::Outcome::done(id));
        }
        co_return outcomes;
    }

    sdk::Task<std::expected<sdk::RemoteRecord, sdk::Outcome>> fetch(
        sdk::Session& session, std::string, std::string remote_id
    ) override {
        const auto answer = co_await session.send(sdk::HttpRequest::get("/person/" + remote_id));
        if (const auto happens = std::exchange(during_fetch, {})) {
            happens();
        }
        const auto found = people.find(remote_id);
        if (found == people.end()) {
            co_return std::unexpected(sdk::Outcome::gone("there is no such person"));
        }
        sdk::RemoteRecord record;
        record.remote_id = remote_id;
        record.fields = found->second;
        co_return record;
    }

    std::map<std::string, boost::json::object> people;
    std::map<std::string, std::string> made;  // our key -> id: who is made twice by one key is one
    /// Once: the next push is not answered; this happens instead. `undelivered`: nor does it arrive.
    std::function<void()> instead_of_answer;
    bool undelivered = false;
    bool is_down = false;                // once: the next push finds nobody
    std::function<void()> during_fetch;  // once
    std::set<std::string> absent;        // ids that somebody deleted: a push to them is answered so
    std::vector<std::string> pushed;

    bool by_email = false;  // that is how it finds whom it has, instead of by our key

  private:
    std::string found_or_made(const sdk::Operation& operation) {
        const auto id = "r" + operation.entity_id;
        if (!by_email) {
            return made.try_emplace(operation.key, id).first->second;
        }
        const auto email = std::string(operation.fields.at("Email").as_string());
        return made.try_emplace(email, id + std::string(made.size(), '+')).first->second;
    }

    void apply(const std::string& id, sdk::Operation& operation) {
        if (operation.action == sdk::Action::remove) {
            people.erase(id);
            pushed.push_back(id + " deleted");
            return;
        }
        pushed.push_back(id + " " + boost::json::serialize(operation.fields));
        for (auto& [name, value] : operation.fields) {
            people[id][name] = std::move(value);
        }
    }
};

class TwoWayLaneTest : public LaneTest {
  protected:
    TwoWayLaneTest() {
        people_ = std::make_shared<PeopleConnector>();
        connector_->connector = people_;
        connector_->manifest.capabilities = {"push", "fetch", "webhooks"};
        config::ObjectSpec person;
        person.name = "person";
        person.entity = "person";
        person.actions = {"upsert", "delete"};
        person.natural_keys = {"email"};
        person.archive = {{"status", "archived"}};
        for (const auto& [local, remote] :
             {std::pair("name", "Name"), {"email", "Email"}, {"phone", "Phone"}, {"city", "City"}}) {
            config::MappingRule rule;
            rule.local = local;
            rule.remote = remote;
            rule.direction = config::MappingDirection::both;
            person.mapping.push_back(std::move(rule));
        }
        connector_->manifest.objects.push_back(std::move(person));
    }

    void rules(const std::string& text) {
        database_.exec("UPDATE navette.tenant_integrations SET sync_rules = '" + text + "'");
    }

    long tell(const std::string& id, const std::string& data, const std::string& operation = "upsert") {
        const auto job = database_.number(
            "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, "
            "operation, data) VALUES ('acme', 'int_1', 'person.updated', 'person', '" +
            id + "', '" + operation + "', '" + data + "') RETURNING id"
        );
        work();
        return job;
    }

    /// A webhook that says that the record changed, or what it holds now.
    void hear(const std::string& remote_id, const std::string& members = R"("thin":true,"fields":{})") {
        database_.exec(
            "INSERT INTO navette.sync_queue (tenant_id, integration_id, direction, event_type, entity_type, "
            "entity_id, data) VALUES ('acme', 'int_1', 'from_platform', 'person.changed', 'person', "
            "'remote:" +
            remote_id + "', '{\"object\":\"person\",\"remote_id\":\"" + remote_id + "\"," + members + "}')"
        );
        work();
    }

    void work() {
        if (!lane_) {
            start_lane();
        }
        lane_->look();
        work_until_empty();
        work_until("SELECT count(*) FROM navette.in_flight", 0);
    }

    std::string hub(const std::string& id) {
        return database_.value("SELECT data::text FROM navette.records WHERE entity_id = '" + id + "'");
    }
    std::string feed() {
        return database_.value(
            "SELECT coalesce(string_agg(concat_ws(' ', entity_id, operation, array_to_string(fields, ','), "
            "data), "
            "' / ' ORDER BY position), '') FROM navette.changes"
        );
    }
    std::string link(const std::string& columns) {
        return database_.value("SELECT concat_ws('|', " + columns + ") FROM navette.record_links");
    }

    std::shared_ptr<PeopleConnector> people_;
};

}  // namespace navette::test
