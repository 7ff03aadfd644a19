// One kind of object behind the REST API. This class holds what all kinds share: look-ups, lists, and the
// course of a write with its locks, its transaction and its faults; a subclass holds what is particular to
// its kind.
#pragma once

#include "tests/standin/dolibarr_answer.hpp"
#include "tests/standin/dolibarr_environment.hpp"
#include "tests/standin/dolibarr_listing.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/value.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace navette::standin {

/// A request after authentication and routing.
struct Call {
    std::string method;
    std::vector<std::string> path;  // decoded segments after the kind: {"5", "validate"}
    Query query;
    boost::json::value body;  // null when none was sent
    bool has_body = false;
};

/// What a unique index refuses twice, and how Dolibarr words it.
struct UniqueKey {
    using Details = std::vector<std::optional<std::string>>;

    std::string key;                        // unique in the table: "ref|lu240515001"
    Details seen;                           // another record had it before this write began
    Details lost;                           // another write took it meanwhile
    std::optional<Refused> on_update = {};  // instead of "Error updating ..." with the details above
};

/// One action on one record, done under its lock: "validate". It may change the row, which is kept only when
/// the answer is 200; a 200 without a body stands for the record as it is afterwards.
struct Action {
    std::int64_t id;
    std::string name;
    std::function<Response(Row&)> run;
};

class DolibarrResource {
  public:
    DolibarrResource(DolibarrEnvironment& environment, const Layout& layout);
    DolibarrResource(const DolibarrResource&) = delete;
    DolibarrResource& operator=(const DolibarrResource&) = delete;
    virtual ~DolibarrResource() = default;

    boost::asio::awaitable<Response> answer(Call call);

    const Layout& layout() const { return table_.layout(); }
    void clear() { table_.clear(); }

    /// Called after each committed change with what the agenda should note.
    std::function<void(AutoEvent)> on_event;

  protected:
    /// Completes a new row, or refuses it by what is already visible in the database. The fields of the body
    /// are in it.
    virtual Checked<void> complete(Row& row, const boost::json::object& body);
    /// The same for an update.
    virtual Checked<void> amend(Row& row, const boost::json::object& body);
    virtual Checked<void> check_delete(const Row& row);
    /// In the order in which they are taken.
    virtual std::vector<UniqueKey> unique_keys(const Row& row) const;
    virtual boost::json::object show(const Row& row) const;
    /// An answer to a GET below a record; nothing when there is no such path.
    virtual std::optional<Response> read(const Call& call);
    /// The action that a POST, PUT or DELETE below a record asks for; nothing when there is none.
    virtual std::optional<Checked<Action>> action(const Call& call);
    virtual std::string label_of(const Row& row) const;

    Response refuse(const Refused& refused) const;
    /// The row that a path segment names, or 404 (400 when it is no number).
    Checked<const Row*> find(const std::string& segment) const;

    DolibarrEnvironment& environment_;
    Table table_;

  private:
    Response get(const Call& call);
    Response look_up(const std::string& by, const std::string& value, const Query& query) const;
    boost::asio::awaitable<Response> create(boost::json::value body);
    boost::asio::awaitable<Response> update(std::int64_t id, boost::json::value body);
    boost::asio::awaitable<Response> remove(std::int64_t id);
    boost::asio::awaitable<Response> act(Action action);
    /// Takes the keys one after the other, waiting for other writers, then holds the transaction open for the
    /// site's latency. Returns why the transaction was rolled back, if it was.
    boost::asio::awaitable<std::optional<Refused>> hold(
        std::vector<UniqueKey> keys,
        std::int64_t id,
        bool creating,
        bool with_lines,
        std::vector<Locks::Lock>& held
    );
    Refused duplicate(const UniqueKey& key, const UniqueKey::Details& details, bool creating);
    std::vector<UniqueKey> all_keys(const Row& row) const;
    bool taken_by_other(const UniqueKey& key, std::int64_t id) const;
    Refused failed(bool creating, const std::string& complaint) const;
    Checked<void> check_required(const boost::json::object& body) const;
    /// `statement_time` becomes the time of the last change, if anything that MariaDB looks at did change.
    const Row& commit(Row row, const std::string& statement_time);
    void note(const std::string& what, const Row& row);
    std::string row_lock(std::int64_t id) const;
    RecordKeys record_keys(const Row& row) const;
};

}  // namespace navette::standin
