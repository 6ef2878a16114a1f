#include "protocol/rpc/explain.hpp"

#include "protocol/json.hpp"

namespace mcp {

jsonrpc::error
explain(std::exception_ptr const& failure, std::string const& method, logger const& log)
{
    using jsonrpc::errc;
    try {
        std::rethrow_exception(failure);
    } catch (jsonrpc::error const& e) {
        return e;
    } catch (decode_error const& e) {
        return {errc::invalid_params, e.what()};
    } catch (std::exception const& e) {
        log.error(method + " failed: " + e.what());
    } catch (...) {
        log.error(method + " failed with something that is no exception");
    }
    return {errc::internal_error, "internal error; the server's log says more"};
}

}  // namespace mcp
