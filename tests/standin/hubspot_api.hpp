// A HubSpot account's CRM behind its paths: what a request does once it is known who asks.
#pragma once

#include "tests/standin/effects.hpp"
#include "tests/standin/hubspot_associations.hpp"
#include "tests/standin/hubspot_batch.hpp"
#include "tests/standin/hubspot_records.hpp"
#include "tests/standin/hubspot_schema.hpp"
#include "tests/standin/hubspot_search.hpp"
#include "tests/standin/hubspot_webhooks.hpp"
#include "tests/standin/site_clock.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace navette::standin::hubspot {

struct ApiRules {
    SchemaRules schema;
    std::vector<std::string> without_scope;
    std::chrono::milliseconds search_lag{0};
    bool partial_writes = true;
};

class Api {
  public:
    /// The effects and the webhooks outlive it.
    Api(ApiRules rules, Effects& effects, Webhooks& webhooks);
    Api(const Api&) = delete;
    Api& operator=(const Api&) = delete;

    /// `path`: the decoded segments ("crm", "objects", "2026-09", ...). HTML where there is no such API.
    Response answer(const Request& request, const std::vector<std::string>& path);

    /// Somebody else creates, edits or archives a record (the tests' control action `change`), beyond what
    /// README.md says with `properties` of their own, or with `merge_into`, the id of the record that stays.
    Response change(const Request& request);

    void clear();
    [[nodiscard]] std::int64_t now() const { return clock_.present(); }

  private:
    struct Store {
        Records records;
        Search search;
    };
    struct Call {
        const Request& request;
        Store& store;
        bool strict;                    // the version enforces the account's own rules
        std::vector<std::string> path;  // what follows the object's name
    };

    Store* store(std::string_view type);
    [[nodiscard]] std::optional<Refused> scope(const ObjectType& type, bool writes) const;
    Response objects(Call call);
    Response batch(const Call& call);
    Response record(const Call& call);
    Response of_record(const Call& call);  // its associations
    Response list(const Call& call);
    Response associations(const Request& request, const std::vector<std::string>& path);

    ApiRules rules_;
    Schema schema_;
    SiteClock clock_;
    Webhooks& webhooks_;
    Associations associations_;
    std::map<std::string_view, std::unique_ptr<Store>> stores_;  // by plural
    std::string_view source_{"INTEGRATION"};
    std::uint64_t changes_ = 0;  // by somebody else, so that what they enter differs
};

}  // namespace navette::standin::hubspot
