// What is read of one record, so that memory stays in proportion. A request to ZooKeeper takes 1 MiB (jute.maxbuffer)
// unless that was raised; what is beyond these limits is damage.

/**
 * The most elements that the vectors of one record are read with: parts of a multi, entries of ACL lists, paths of a
 * closeSession. A request of default size has room for 55,000 of the smallest.
 */
export const MAX_ELEMENTS = 2 ** 20;

/** The most bytes of a ustring: a path, or the scheme or id of an ACL. */
export const MAX_STRING_BYTES = 16 * 1024 * 1024;
