// The connection test: one look at the version, one at the rights of the key's user. Nothing is written.
#include "exchange.hpp"
#include "recipes.hpp"
#include "wire.hpp"

#include <array>

namespace navette::dolibarr {

namespace {

struct Right {
    std::array<std::string_view, 3> path;  // inside `rights` of /users/info
    std::string_view name;
};

bool has_right(const json::object& rights, const Right& right) {
    const json::object* level = &rights;
    for (const auto step : right.path) {
        if (step.empty()) {
            break;
        }
        const auto* value = level->if_contains(step);
        if (value == nullptr) {
            return false;
        }
        if (!value->is_object()) {
            return to_integer(*value).value_or(0) != 0;
        }
        level = &value->get_object();
    }
    return false;
}

/// The names of the rights that are missing, joined by commas.
template <std::size_t count>
std::string missing(const json::object& rights, const std::array<Right, count>& needed) {
    std::string names;
    for (const auto& right : needed) {
        if (!has_right(rights, right)) {
            names += (names.empty() ? "" : ", ") + std::string(right.name);
        }
    }
    return names;
}

// Every other object hangs on a third party; the others are needed only where they are synchronised.
constexpr std::array<Right, 3> kNeeded{{
    {{"societe", "lire"}, "read third parties (121)"},
    {{"societe", "creer"}, "create third parties (122)"},
    {{"societe", "client", "voir"}, "see all third parties (262)"},
}};
constexpr std::array<Right, 12> kByObject{{
    {{"societe", "contact", "lire"}, "read contacts (281)"},
    {{"societe", "contact", "creer"}, "create contacts (282)"},
    {{"commande", "lire"}, "read orders (81)"},
    {{"commande", "creer"}, "create orders (82)"},
    {{"produit", "lire"}, "read products (31)"},
    {{"produit", "creer"}, "create products (32)"},
    {{"projet", "lire"}, "read projects (41)"},
    {{"projet", "creer"}, "create projects (42)"},
    // Without these even a project of our own making cannot be opened: nobody is its contact.
    {{"projet", "all", "lire"}, "read projects of others (141)"},
    {{"projet", "all", "creer"}, "change projects of others (142)"},
    {{"agenda", "myactions", "read"}, "read agenda events (2401)"},
    {{"agenda", "myactions", "create"}, "create agenda events (2402)"},
}};

/// A user without the right 342 may not even read who they are, though all else may be granted.
Task<sdk::TestReport> test_unseen_rights(Session& session, std::string opening) {
    const auto listed =
        co_await call(session, sdk::HttpRequest::get("/thirdparties").with_query("limit", "1"));
    if (listed.kind != Kind::ok && listed.kind != Kind::missing) {
        co_return sdk::TestReport{false, opening + ", but not for third parties: " + listed.outcome.message};
    }
    co_return sdk::TestReport{
        true,
        opening +
            ", and lets third parties be read. The other rights are unknown: its user may not read their "
            "own (right 342, modify own user)."
    };
}

}  // namespace

Task<sdk::TestReport> test_connection(Session& session) {
    const auto status = co_await get(session, "/status");
    if (status.kind != Kind::ok) {
        co_return sdk::TestReport{false, status.outcome.message};
    }
    const auto* told = status.body.is_object() ? status.body.get_object().if_contains("success") : nullptr;
    const auto version = told != nullptr && told->is_object()
                             ? text_at(told->get_object(), "dolibarr_version")
                             : std::string();
    if (version.empty()) {
        co_return sdk::TestReport{false, "what answers at base_url is no Dolibarr: it tells no version"};
    }
    const auto user =
        co_await call(session, sdk::HttpRequest::get("/users/info").with_query("includepermissions", "1"));
    if (user.outcome.kind == sdk::OutcomeKind::misconfigured) {
        co_return co_await test_unseen_rights(session, "Dolibarr " + version + " answers");
    }
    if (user.kind != Kind::ok || !user.body.is_object()) {
        co_return sdk::TestReport{
            false, "Dolibarr " + version + " answers, but not who the key belongs to: " + user.outcome.message
        };
    }
    const auto& person = user.body.get_object();
    const auto opening = "Dolibarr " + version + " answers as user " + text_at(person, "login");
    const auto* rights = person.if_contains("rights");
    if (rights == nullptr || !rights->is_object()) {
        co_return sdk::TestReport{true, opening + "; it does not tell that user's rights."};
    }
    const auto needed = missing(rights->get_object(), kNeeded);
    const auto by_object = missing(rights->get_object(), kByObject);
    if (!needed.empty()) {
        co_return sdk::TestReport{
            false,
            opening + ", who lacks the right to " + needed +
                (by_object.empty() ? "" : ", and to " + by_object) + ". Grant it in the user's permissions."
        };
    }
    if (!by_object.empty()) {
        co_return sdk::TestReport{
            true,
            opening + ". Not granted, and needed only where such records are synchronised: " + by_object + "."
        };
    }
    co_return sdk::TestReport{true, opening + ", who has every right that navette needs."};
}

}  // namespace navette::dolibarr
