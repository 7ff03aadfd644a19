// Somebody else who works in the same Dolibarr: what the tests' own API asks for as a change.
#pragma once

#include "tests/standin/message.hpp"

#include <boost/json/object.hpp>

#include <functional>
#include <string>

namespace navette::standin {

class DolibarrStranger {
  public:
    /// `call` answers a request for a path below the API's base, such as ("PUT", "/orders/5", body).
    using Call = std::function<
        Response(const std::string& method, const std::string& path, const boost::json::object& body)>;
    explicit DolibarrStranger(Call call) : call_(std::move(call)) {}

    /// {"object", "remote_id", "delete", "fields"} -> {"remote_id"}; the object is the manifest's name. Fails
    /// with the answer of the call that was refused.
    Response change(const boost::json::object& wanted);

  private:
    /// Without fields, a record of its own making.
    Response create(const std::string& kind, const std::string& object, const boost::json::value* fields);

    Call call_;
    int changes_ = 0;
};

}  // namespace navette::standin
