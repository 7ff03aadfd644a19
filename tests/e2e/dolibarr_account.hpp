// One tenant on one Dolibarr in both directions, behind the real navetted: the stand-in, or a real one that
// is kept for tests (DOLIBARR_URL, DOLIBARR_API_KEY), which should behave alike.
#pragma once

#include "tests/standin/real_dolibarr.hpp"
#include "tests/support/daemon_site.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace navette::test {

class DolibarrAccount {
  public:
    enum class Which { standin, real };

    /// Whether the environment names a real one.
    static bool has_real();

    /// Connects tenant `books` as int_books, in both directions, without a plan.
    explicit DolibarrAccount(Which which);
    /// Deletes what was made at a real one, as far as it lets itself be deleted.
    ~DolibarrAccount();
    DolibarrAccount(const DolibarrAccount&) = delete;
    DolibarrAccount& operator=(const DolibarrAccount&) = delete;

    [[nodiscard]] DaemonSite& site() { return site_; }
    [[nodiscard]] TestDatabase& database() { return site_.database(); }
    /// Makes names of this run's own: "SKU-" becomes "SKU-1a2b3c".
    [[nodiscard]] std::string own(const std::string& name) const { return name + run_; }

    /// The application hands over a record, whole or in part; waits until it is done with.
    void tell(const std::string& object, const std::string& id, const boost::json::object& record);
    /// The application hands over records at once, without waiting.
    void enqueue(const std::string& object, const std::string& id, const boost::json::object& record);
    void await_empty();
    /// Reads the object's changes, and waits for what follows.
    void pull(const std::string& object);

    /// Sets sync rules of int_books, such as "conflicts=manual"; expects them to be taken.
    void rule(const std::vector<std::string>& rules);
    /// Compares the object's records with `integration`'s platform and repairs all that differs, also what
    /// was written just now.
    void reconcile(const std::string& object, const std::string& integration = "int_books");
    /// The application says that it has taken in all that the feed tells.
    void acknowledge();

    /// What somebody does there: answers the new record's id; throws where Dolibarr refuses.
    std::string create(const std::string& object, const boost::json::object& fields);
    void edit(const std::string& object, const std::string& remote_id, const boost::json::object& fields);
    void erase(const std::string& object, const std::string& remote_id);
    /// Dolibarr's webhook of that trigger comes in.
    void hook(const std::string& trigger, const std::string& remote_id);
    /// The record as Dolibarr's API shows it; empty where there is none.
    boost::json::object shown(const std::string& object, const std::string& remote_id);

    std::string remote_id(const std::string& object, const std::string& entity_id);
    /// The hub record; empty where there is none.
    boost::json::object hub(const std::string& object, const std::string& entity_id);
    /// The feed of one object, "id: field,field" a line.
    std::string fed(const std::string& object);
    /// Requests sent so far to change something there.
    long writes();

  private:
    standin::Reply call(
        const std::string& method, const std::string& path, const boost::json::object& body = {}
    );

    std::uint16_t port_;  // where navette listens
    DaemonSite site_;
    std::string run_;
    std::string base_url_;
    int hooks_ = 0;
    std::optional<standin::RealDolibarr> real_;
    std::vector<std::pair<std::string, std::string>> made_;  // object and remote id, by us there
};

}  // namespace navette::test
