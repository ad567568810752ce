type Props = {
  params: { slug: string };
};

export default function Post({ params }: Props) {
  return <h1>{params.slug.replaceAll("-", " ")}</h1>;
}
