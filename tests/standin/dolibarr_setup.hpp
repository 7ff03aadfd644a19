// The endpoints beside the business objects: status, the key's user, extrafields, webhook targets.
#pragma once

#include "tests/standin/dolibarr_environment.hpp"
#include "tests/standin/dolibarr_resource.hpp"

#include <boost/json/object.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace navette::standin {

class DolibarrSetup {
  public:
    explicit DolibarrSetup(DolibarrEnvironment& environment) : environment_(environment) {}

    /// Whether the first path segment belongs here.
    static bool owns(std::string_view kind);

    /// Answers a call whose path still includes everything after the kind.
    Response answer(const std::string& kind, const Call& call);

    /// A target for the triggers of every business object, as an administrator enters it.
    void add_webhook(const std::string& url);
    /// The addresses of the active targets that listen to a trigger.
    std::vector<std::string> webhooks_for(std::string_view trigger) const;

    /// Webhook targets and extrafields are gone.
    void clear();

  private:
    Response status() const;
    Response user() const;
    Response setup(const Call& call);
    Response extrafields(const Call& call);
    Response create_extrafield(
        const std::string& element, const std::string& name, const boost::json::value& body
    );
    Response webhook(const Call& call);
    Response create_webhook(const boost::json::value& body);
    Response refuse(const Refused& refused) const;

    DolibarrEnvironment& environment_;
    std::map<std::int64_t, boost::json::object> webhooks_;
    std::int64_t last_webhook_ = 0;
    std::int64_t last_extrafield_ = 0;
};

}  // namespace navette::standin
