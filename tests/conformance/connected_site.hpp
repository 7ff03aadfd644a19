// One connector as the daemon has it: loaded from its library, with an integration put together from a row,
// its session on the network, and a stand-in of its platform at the other end.
#pragma once

#include "daemon/engine/attempt.hpp"
#include "tests/conformance/subject.hpp"
#include "tests/standin/site_in_process.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace navette::conformance {

/// Every connector of the build folder, loaded once for the process.
const plugins::Inventory& inventory();

/// Throws std::runtime_error where no integration comes about, and where a call does not end within a minute.
/// A connector's exceptions leave the calls that the engine does not guard (pull, subscriptions).
class ConnectedSite {
  public:
    /// `options` are added to the subject's. With `wrong`, the credentials are the subject's wrong ones.
    enum class Credentials { right, wrong };
    explicit ConnectedSite(
        const Subject& subject,
        const std::map<std::string, std::string>& options = {},
        Credentials credentials = Credentials::right
    );
    ConnectedSite(const ConnectedSite&) = delete;
    ConnectedSite& operator=(const ConnectedSite&) = delete;
    ~ConnectedSite();

    [[nodiscard]] standin::SiteInProcess& site() { return site_; }
    [[nodiscard]] const engine::Integration& integration() const { return *integration_; }
    [[nodiscard]] sdk::Connector& connector() const { return integration_->connector(); }

    /// The integration is put together anew and remembers nothing, as after a restart of the daemon.
    void restart();

    /// The n-th record, mapped and with its parents made on the site at the first call.
    [[nodiscard]] sdk::Operation operation(const ObjectCase& object, int n);
    /// The same for the record as it is later.
    [[nodiscard]] sdk::Operation later(const ObjectCase& object, int n, std::string remote_id);
    [[nodiscard]] sdk::Operation removal(const ObjectCase& object, int n, std::string remote_id);

    sdk::TestReport test();
    sdk::Outcome push(sdk::Operation operation);
    std::vector<sdk::Outcome> push(std::vector<sdk::Operation> batch);
    /// Pushes as the engine would: again while the outcome is one that passes by itself, with `maybe_applied`
    /// where an earlier outcome said so; for 10 s at most.
    sdk::Outcome push_until_settled(sdk::Operation operation);
    std::expected<sdk::PullPage, sdk::Outcome> pull(sdk::PullRequest request);
    std::expected<sdk::RemoteRecord, sdk::Outcome> fetch(std::string object, std::string remote_id);
    std::expected<std::vector<sdk::SubscriptionState>, sdk::Outcome> subscriptions(sdk::SubscriptionPlan plan
    );

    /// What the connector has remembered so far.
    [[nodiscard]] const engine::SessionMemory& memory() const { return memory_; }

    /// The requests of the last call, and what came of them.
    [[nodiscard]] const std::vector<engine::Exchange>& exchanges() const { return exchanges_; }
    /// Of these, the ones that were to change something: a search sent by POST is none.
    [[nodiscard]] int writes() const;
    /// Called right before each request of a call leaves, with its number from 1 on.
    void before_each_request(std::function<void(int number)> action) { before_ = std::move(action); }

    /// What happened to the site's records of a kind since the parents were made.
    [[nodiscard]] int created(const ObjectCase& object);
    [[nodiscard]] int changed(const ObjectCase& object);

  private:
    class Keeper;
    class Network;

    struct Counts {
        int created = 0;
        int changed = 0;
    };

    template <class T>
    T in_session(const std::function<sdk::Task<T>(engine::AttemptSession&)>& call);
    void assemble();
    const std::map<std::string, std::string>& references(const ObjectCase& object);
    Counts counts(const std::string& kind);
    sdk::Operation of_record(const ObjectCase& object, int n, const boost::json::object& record);

    struct Parents {
        std::map<std::string, std::string> ids;
        int created = 0;  // of the object's own kind when they had been made
        int changed = 0;
    };

    const Subject& subject_;
    Credentials credentials_;
    standin::SiteInProcess site_;
    std::shared_ptr<const engine::Integration> integration_;
    engine::SessionMemory memory_;
    std::map<std::string, Parents> parents_;  // by object
    std::function<void(int number)> before_;
    std::vector<engine::Exchange> exchanges_;
};

/// Whether the engine tries again by itself after such an outcome.
[[nodiscard]] bool is_passing(const sdk::Outcome& outcome);

/// Whether an exchange's request was to change something: a GET, a search sent by POST and a GraphQL query
/// are not.
[[nodiscard]] bool is_write(const engine::Exchange& exchange);

}  // namespace navette::conformance
