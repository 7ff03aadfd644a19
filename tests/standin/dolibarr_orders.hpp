// Customer orders with their lines, states and contacts.
#pragma once

#include "tests/standin/dolibarr_resource.hpp"

namespace navette::standin {

class Orders final : public DolibarrResource {
  public:
    explicit Orders(DolibarrEnvironment& environment);

  protected:
    Checked<void> complete(Row& row, const boost::json::object& body) override;
    std::vector<UniqueKey> unique_keys(const Row& row) const override;
    boost::json::object show(const Row& row) const override;
    std::optional<Response> read(const Call& call) override;
    std::optional<Checked<Action>> action(const Call& call) override;
    std::string label_of(const Row& row) const override;

  private:
    std::optional<Checked<Action>> state_change(std::int64_t id, const Call& call);
    std::optional<Checked<Action>> line_change(std::int64_t id, const Call& call);
    Checked<Action> link_change(std::int64_t id, const Call& call);
    Response validated(Row& row) const;
    Response with_new_line(Row& row, const boost::json::object& body);
    Response with_changed_line(Row& row, std::int64_t line_id, const boost::json::object& body) const;
    Response with_contact(Row& row, const ContactLink& link) const;

    std::int64_t last_line_ = 0;
};

}  // namespace navette::standin
