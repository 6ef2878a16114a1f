#include "agent/http/libcurl.hpp"

#include <dlfcn.h>

namespace agent {

boost::system::result<libcurl, std::string> load_libcurl(std::string const& library)
{
    // Not unloadable: OpenSSL registers handlers that run at exit.
    void* const handle = ::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!handle)
        return library + " not found: install libcurl4";

    char const* missing = nullptr;
    auto find = [&](auto& function, char const* name) {
        function =
            reinterpret_cast<std::remove_reference_t<decltype(function)>>(::dlsym(handle, name));
        if (!function)
            missing = name;
    };
    libcurl curl;
    decltype(&::curl_global_init) global_init = nullptr;
    find(global_init, "curl_global_init");
    find(curl.easy_init, "curl_easy_init");
    find(curl.easy_setopt, "curl_easy_setopt");
    find(curl.easy_getinfo, "curl_easy_getinfo");
    find(curl.easy_pause, "curl_easy_pause");
    find(curl.easy_strerror, "curl_easy_strerror");
    find(curl.easy_cleanup, "curl_easy_cleanup");
    find(curl.multi_init, "curl_multi_init");
    find(curl.multi_setopt, "curl_multi_setopt");
    find(curl.multi_add_handle, "curl_multi_add_handle");
    find(curl.multi_remove_handle, "curl_multi_remove_handle");
    find(curl.multi_socket_action, "curl_multi_socket_action");
    find(curl.multi_info_read, "curl_multi_info_read");
    find(curl.multi_cleanup, "curl_multi_cleanup");
    find(curl.slist_append, "curl_slist_append");
    find(curl.slist_free_all, "curl_slist_free_all");
    find(curl.url, "curl_url");
    find(curl.url_set, "curl_url_set");
    find(curl.url_get, "curl_url_get");
    find(curl.url_cleanup, "curl_url_cleanup");
    find(curl.free, "curl_free");
    if (missing)
        return library + " is too old, it has no " + missing + ": install libcurl 7.85 or later";
    if (global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return library + " could not be initialized";
    return curl;
}

}  // namespace agent
