// The API's description as a test holds the API against it.
#pragma once

#include "daemon/http/exchange.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace navette::test {

class ApiDescription {
  public:
    struct Operation {
        std::string id;
        std::string method;  // "GET"
        std::string path;    // "/api/v1/integrations/{id}"
        boost::json::object spec;
        std::vector<boost::json::object> parameters;  // the path's too, references resolved

        [[nodiscard]] bool has_parameter(std::string_view name) const;
        [[nodiscard]] bool has_body() const { return spec.contains("requestBody"); }
    };

    /// Throws where a $ref leads nowhere or an operation lacks what docs/openapi/README.md asks for.
    explicit ApiDescription(boost::json::object document);

    [[nodiscard]] const std::vector<Operation>& operations() const { return operations_; }

    /// What is wrong with the answer by the description, one sentence each: an undocumented status or content
    /// type, a missing header, a body that does not fit its schema.
    [[nodiscard]] std::vector<std::string> faults(const Operation& operation, const http::Response& response)
        const;

    /// The example of the operation's body; empty where it has none.
    [[nodiscard]] std::string body_example(const Operation& operation) const;

    /// What is wrong with an example by its own schema.
    [[nodiscard]] std::vector<std::string> example_faults(const Operation& operation) const;

  private:
    [[nodiscard]] const boost::json::value& resolved(const boost::json::value& value) const;
    void check_references(const boost::json::value& value, const std::string& where) const;
    [[nodiscard]] std::vector<std::string> schema_faults(
        const boost::json::value& schema, const boost::json::value& body
    ) const;

    boost::json::value document_;
    std::vector<Operation> operations_;
};

}  // namespace navette::test
