// Znodes by which applications know themselves: copied, they make two of what must be one; lost, a new one.
import type { RawText } from '../jute/raw-text.js';

/** Such a znode. Applications have it below any chroot. */
interface Identity {
  readonly app: string;
  /** The end of its path, from the root or a chroot on. */
  readonly tail: RegExp;
  readonly what: string;
}

const IDENTITIES: readonly Identity[] = [
  {
    app: 'Kafka',
    tail: /\/cluster\/id$/,
    what: 'the cluster id, which every broker compares with its meta.properties',
  },
  {
    app: 'Kafka',
    tail: /\/controller_epoch$/,
    what: 'the epoch of the controller, which must not go back: brokers refuse an older one',
  },
  {
    app: 'Kafka',
    tail: /\/latest_producer_id_block$/,
    what: 'the producer ids given out: given out twice, exactly-once is broken',
  },
  {
    app: 'ClickHouse',
    tail: /\/replicas\/[^/]+\/host$/,
    what: 'a replica of a table: two servers with one path do away with the parts of each other',
  },
  {
    app: 'Solr',
    tail: /\/(clusterstate\.json|collections\/[^/]+\/state\.json)$/,
    what: 'the state of a collection with the addresses of its nodes',
  },
  { app: 'HBase', tail: /\/hbaseid$/, what: 'the id of the cluster, which must be that in HDFS' },
  {
    app: 'BookKeeper',
    tail: /\/ledgers\/INSTANCEID$/,
    what: 'the instance id, which every bookie compares with its cookies',
  },
  {
    app: 'BookKeeper',
    tail: /\/ledgers\/(idgen|idgen-long)$/,
    what: 'the ledger ids given out, kept by a sequence: given out twice, ledgers are overwritten',
  },
];

/** What a path tells of an application; null for most. */
export function identityOf(path: RawText): { readonly app: string; readonly what: string } | null {
  return IDENTITIES.find(({ tail }) => tail.test(path)) ?? null;
}
