# What is installed beside the program, and the .deb and the tarball of it (tests/package builds both).

set(here ${CMAKE_CURRENT_LIST_DIR})
set(doc ${CMAKE_INSTALL_DATADIR}/doc/nextjs-backend-engineer)
install(FILES ${here}/copyright README.md DESTINATION ${doc})
install(FILES ${here}/completion.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
        RENAME nextjs-backend-engineer)
install(FILES ${here}/completion.zsh DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions
        RENAME _nextjs-backend-engineer)
install(FILES ${here}/nextjs-backend-engineer.socket ${here}/nextjs-backend-engineer.service
        DESTINATION lib/systemd/user)

# The manual page is what --help says, and the changelog is compressed, as Debian's policy wants them: made where somebody
# packages, not in every build.
set(made ${PROJECT_BINARY_DIR}/package-files)
file(MAKE_DIRECTORY ${made})
add_custom_target(package-files
  COMMAND sh -c "help2man --no-info --name='an expert Next.js backend engineer for every AI host, as an MCP server' '$<TARGET_FILE:nextjs-backend-engineer>' | gzip -9n >nextjs-backend-engineer.1.gz"
  COMMAND sh -c "gzip -9nc '${here}/changelog' >changelog.gz"
  WORKING_DIRECTORY ${made}
  DEPENDS nextjs-backend-engineer
  VERBATIM)
install(FILES ${made}/nextjs-backend-engineer.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 OPTIONAL)
install(FILES ${made}/changelog.gz DESTINATION ${doc} OPTIONAL)
install(FILES ${here}/lintian-overrides DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides
        RENAME nextjs-backend-engineer)

set(CPACK_GENERATOR DEB TGZ)
set(CPACK_PACKAGE_CONTACT "The nextjs-backend-engineer authors <maintainers@nextjs-backend-engineer.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "expert Next.js backend engineer for every AI host (MCP server)")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
    "An MCP server that a host (Claude Desktop, Claude Code, VS Code, ...) attaches
to over stdio, a socket or HTTP. It looks the documentation up first, lets a
model work on the project with staged edits, checks the code, and returns it
documented and verified. Without a key it returns the brief that the host's
own model works from.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libcurl4, ca-certificates")  # libcurl is loaded by name
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS nodejs)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ
                                                WORLD_EXECUTE)
set(CPACK_STRIP_FILES ON)
include(CPack)
