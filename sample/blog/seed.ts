/** A blog to look at: two authors and an editor, who all have the same password. */
import type { EntityManager } from 'typeorm';
import { Comment, Post, User } from './entities.js';

export const PASSWORD = 'correct horse';

export async function seed(manager: EntityManager): Promise<void> {
  const [ada, bob] = await manager.save(
    ['Ada', 'Bob', 'Edith'].map((name) =>
      manager.create(User, {
        name,
        email: `${name.toLowerCase()}@example.org`,
        password: PASSWORD,
        role: name === 'Edith' ? 'editor' : 'author',
      }),
    ),
  );
  const publishedAt = new Date('2024-02-29T12:00:00Z');
  const [engines] = await manager.save([
    manager.create(Post, { title: 'Engines', body: 'They weave algebra.', publishedAt, author: ada! }),
    manager.create(Post, { title: 'Looms', body: 'They weave flowers.', author: ada!, editorNote: 'Too short.' }),
    manager.create(Post, { title: 'Trains', body: 'They are late.', closed: true, publishedAt, author: bob! }),
  ]);
  await manager.save(manager.create(Comment, { body: 'And leaves!', author: bob!, post: engines! }));
}
