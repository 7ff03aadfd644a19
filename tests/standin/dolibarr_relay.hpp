// Stands between navette and a real Dolibarr: passes requests on, and the webhooks back. What Control does to
// a stand-in befalls the real one so: answers get lost, its server fails, webhooks get lost and overtake each
// other. Contacts of soaks (kDomain) are taken away before and after.
// Options: none; DOLIBARR_URL and DOLIBARR_API_KEY name the site (real_dolibarr.hpp).
#pragma once

#include "tests/standin/outbox.hpp"
#include "tests/standin/platform.hpp"
#include "tests/standin/real_dolibarr.hpp"
#include "tests/standin/site_kind.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace navette::standin {

class DolibarrRelay final : public Platform {
  public:
    /// Whose contacts are this relay's: those with an address of this domain.
    static constexpr const char* kDomain = "@soak.test";

    /// Takes away what an earlier one left. Throws where the real one does not answer, and where it holds
    /// records of others: a soak counts all that there are.
    DolibarrRelay(RealDolibarr site, Outbox& outbox);
    /// Takes away its webhook and its contacts, as far as they let themselves be deleted.
    ~DolibarrRelay() override;

    boost::asio::awaitable<Response> answer(Request request) override;
    Response outage(Outage outage) override;
    std::string resource_path(const Request& request) const override;
    std::string endpoint(const Request& request) const override;
    /// `webhook`: {"url", "secret", "here": the relay's own address}.
    std::optional<Response> control(std::string_view action, const Request& request) override;
    void reset() override;

  private:
    void remove_webhooks();
    void remove_contacts();
    void expect_nothing_else() const;
    void subscribe(const boost::json::object& wanted);

    RealDolibarr site_;
    Outbox& outbox_;
    std::string hook_;  // where navette listens, with the secret
    bool fails_silently_ = false;
};

SiteKind dolibarr_relay_kind();

}  // namespace navette::standin
