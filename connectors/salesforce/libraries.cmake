# Outbound messages are XML.
find_package(pugixml 1.13 REQUIRED)
target_link_libraries(connector_salesforce_code PUBLIC pugixml::pugixml)
